/* Sets a metric that its manifest does not declare. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  measure(self, WYV_METRIC_GAUGE, TEXT("made_up"), 1);
  return WYV_OK;
}
