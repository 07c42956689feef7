/* Refuses a stop between prepare and start. */
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/output.h"

static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  if (self->phase == PREPARED) return refuse_order(context);
  self->phase = CREATED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) { free(self); }
