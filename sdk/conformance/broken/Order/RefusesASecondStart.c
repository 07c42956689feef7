/* Starts twice. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase == CREATED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  return WYV_OK;
}
