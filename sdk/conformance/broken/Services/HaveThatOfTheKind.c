/* Has the table of its kind until it is started. */
#define BREAKS_SERVICE
#include "good/output.h"

static const void* service(wyv_instance* self, wyv_view name) {
  return self->phase != STARTED && is_text(name, WYV_OUTPUT_SERVICE) ? &table : NULL;
}
