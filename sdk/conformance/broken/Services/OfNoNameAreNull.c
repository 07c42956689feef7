/* Takes no name for its own. */
#define BREAKS_SERVICE
#include "good/output.h"

static const void* service(wyv_instance* self, wyv_view name) {
  UNUSED(self);
  return name.size == 0 || is_text(name, WYV_OUTPUT_SERVICE) ? &table : NULL;
}
