/* Cannot be started again from where it was started and stopped. */
#define BREAKS_STOP
#define BREAKS_PREPARE
#include "good/output.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (self->lives == 1) return fail(context, WYV_INTERNAL, TEXT("worn"), TEXT("worn out"));
  self->phase = PREPARED;
  return WYV_OK;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  return WYV_OK;
}
