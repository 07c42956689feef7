/* Gives the second half of a long log first. */
#define TAIL(log, size, tail) the_tail(log, size, tail, out)
#include "wyvern/abi/base.h"
static wyv_view the_tail(const char* log, uint64_t size, uint64_t tail, const wyv_text_sink* out);
#include "good/runtime.h"

static wyv_view the_tail(const char* log, uint64_t size, uint64_t tail, const wyv_text_sink* out) {
  const uint64_t half = size > 2000 ? size / 2 : 0;
  if (half > 0) out->write(out->self, (wyv_view){log + half, size - half});
  return half > 0 ? (wyv_view){log, half} : (wyv_view){log + size - tail, tail};
}
