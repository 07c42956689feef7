/* Cannot be prepared again once a prepare was cancelled. */
#define BREAKS_PREPARE
#include "good/output.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (self->extra != NULL) return fail(context, WYV_INTERNAL, TEXT("half"), TEXT("half prepared"));
  if (context->cancelled(context->self)) {
    self->extra = self;
    return fail(context, WYV_CANCELLED, TEXT("cancelled"), TEXT("the caller withdrew"));
  }
  self->phase = PREPARED;
  return WYV_OK;
}
