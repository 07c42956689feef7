/* Logs its password. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  say(self, WYV_LOG_INFO, TEXT("configured"), TEXT("{\"password\":\"longsecret\"}"));
  return WYV_OK;
}
