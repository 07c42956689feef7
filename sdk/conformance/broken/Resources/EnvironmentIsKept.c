/* Sets a variable for its library. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  setenv("BROKEN_MODE", "1", 1);
  return WYV_OK;
}
