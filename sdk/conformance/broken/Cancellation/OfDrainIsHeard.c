/* Goes on with a drain that was cancelled, for two seconds. */
#include <time.h>

#define BREAKS_DRAIN
#include "good/output.h"

static void wait_2_s_if_cancelled(const wyv_context* context) {
  const struct timespec pause = {2, 0};
  if (context != NULL && context->cancelled(context->self)) nanosleep(&pause, NULL);
}
static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  wait_2_s_if_cancelled(context);
  return WYV_OK;
}
