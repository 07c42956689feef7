/* Says that its table ends before requirements. */
#define BREAKS_SERVICE
#include "good/output.h"

static wyv_output_v1 cut;
static const void* service(wyv_instance* self, wyv_view name) {
  UNUSED(self);
  cut = table;
  cut.struct_size = offsetof(wyv_output_v1, requirements);
  return is_text(name, WYV_OUTPUT_SERVICE) ? &cut : NULL;
}
