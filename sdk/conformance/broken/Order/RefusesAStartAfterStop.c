/* Needs no prepare after a stop. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase == STARTED || (self->phase == CREATED && self->lives == 0)) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  return WYV_OK;
}
