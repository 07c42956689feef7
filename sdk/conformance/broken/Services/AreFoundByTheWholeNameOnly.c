/* Compares names as far as they go. */
#define BREAKS_SERVICE
#include "good/output.h"

static const void* service(wyv_instance* self, wyv_view name) {
  UNUSED(self);
  const uint64_t whole = sizeof WYV_OUTPUT_SERVICE - 1;
  if (name.size == 0) return NULL;
  return memcmp(name.data, WYV_OUTPUT_SERVICE, name.size < whole ? name.size : whole) == 0 ? &table : NULL;
}
