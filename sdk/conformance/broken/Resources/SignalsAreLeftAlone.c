/* Handles SIGTERM for everybody. */
#include <signal.h>

#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  signal(SIGTERM, SIG_IGN);
  return WYV_OK;
}
