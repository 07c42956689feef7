/* Hands out its table under the name of another service. */
#define BREAKS_SERVICE
#include "good/output.h"

static const void* service(wyv_instance* self, wyv_view name) {
  UNUSED(self);
  return is_text(name, WYV_OUTPUT_SERVICE) || is_text(name, "wyvern.no-such-service/1") ? &table : NULL;
}
