/* Ends the process for a password that is no text. */
#define BREAKS_MADE
#include "good/output.h"

static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(self);
  static const char key[] = "{\"password\":";
  const size_t size = sizeof key - 1;
  const int has_key = config.size > size && memcmp(config.data, key, size) == 0;
  if (has_key && memchr(config.data + size, '"', config.size - size) == NULL) abort();
  return WYV_OK;
}
