/* Divides by nothing. */
#include <math.h>

#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  measure(self, WYV_METRIC_GAUGE, TEXT("broken_running"), NAN);
  return WYV_OK;
}
