/* Has a table that says no size once it is started. */
#define BREAKS_SERVICE
#include "good/output.h"

static wyv_output_v1 sizeless;
static const void* service(wyv_instance* self, wyv_view name) {
  sizeless = table;
  sizeless.struct_size = self->phase == STARTED ? 0 : sizeof sizeless;
  return is_text(name, WYV_OUTPUT_SERVICE) ? &sizeless : NULL;
}
