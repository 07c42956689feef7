/* Refuses to stop once it has drained. */
#define BREAKS_DRAIN
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/output.h"

static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  if (context->deadline_ns > 0) self->extra = self;
  return WYV_OK;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  if (self->extra != NULL) return refuse_order(context);
  self->phase = CREATED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) { free(self); }
