/* Takes no deadline for one that has passed, by adding to it. */
#define BREAKS_PREPARE
#include "good/output.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (context->deadline_ns == INT64_MAX) return fail(context, WYV_TIMEOUT, TEXT("timeout"), TEXT("too late"));
  self->phase = PREPARED;
  return WYV_OK;
}
