/* Counts down. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  measure(self, WYV_METRIC_COUNTER, TEXT("broken_starts_total"), 10 - self->lives);
  return WYV_OK;
}
