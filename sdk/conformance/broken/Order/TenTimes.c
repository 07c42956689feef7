/* Is worn out after eight lives. */
#define BREAKS_PREPARE
#include "good/output.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (self->lives > 7) return fail(context, WYV_EXHAUSTED, TEXT("worn"), TEXT("worn out"));
  self->phase = PREPARED;
  return WYV_OK;
}
