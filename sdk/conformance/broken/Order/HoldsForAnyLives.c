/* Cannot be prepared again once it has drained in two lives. */
#define BREAKS_PREPARE
#define BREAKS_DRAIN
#include "good/output.h"

static char drained[2];

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (self->extra == &drained[1]) return fail(context, WYV_EXHAUSTED, TEXT("drained"), TEXT("drained too often"));
  self->phase = PREPARED;
  return WYV_OK;
}
static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  self->extra = self->extra == NULL ? &drained[0] : &drained[1];
  return WYV_OK;
}
