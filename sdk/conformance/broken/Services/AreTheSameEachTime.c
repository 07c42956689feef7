/* Makes a table for each time that it is asked after a stop. */
#define BREAKS_SERVICE
#include "good/output.h"

static wyv_output_v1 second;
static const void* service(wyv_instance* self, wyv_view name) {
  if (!is_text(name, WYV_OUTPUT_SERVICE)) return NULL;
  second = table;
  return self->lives > 0 && self->phase == CREATED ? &second : &table;
}
