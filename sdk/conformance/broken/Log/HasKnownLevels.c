/* Logs at a level of its own. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  say(self, 77, TEXT("started"), TEXT(""));
  return WYV_OK;
}
