/* Does not look at the version of a service. */
#define BREAKS_SERVICE
#include "good/output.h"

static const void* service(wyv_instance* self, wyv_view name) {
  UNUSED(self);
  const int other = name.size > 15 && memcmp(name.data, "wyvern.output/", 14) == 0 && name.data[14] == '9';
  return other || is_text(name, WYV_OUTPUT_SERVICE) ? &table : NULL;
}
