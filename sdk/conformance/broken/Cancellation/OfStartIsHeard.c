/* Goes on with a start that was cancelled, for two seconds. */
#include <time.h>

#define BREAKS_START
#include "good/output.h"

static void wait_2_s_if_cancelled(const wyv_context* context) {
  const struct timespec pause = {2, 0};
  if (context != NULL && context->cancelled(context->self)) nanosleep(&pause, NULL);
}
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  wait_2_s_if_cancelled(context);
  self->phase = STARTED;
  return WYV_OK;
}
