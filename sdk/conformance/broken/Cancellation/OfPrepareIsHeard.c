/* Goes on with a prepare that was cancelled, for two seconds. */
#include <time.h>

#define BREAKS_PREPARE
#include "good/output.h"

static void wait_2_s_if_cancelled(const wyv_context* context) {
  const struct timespec pause = {2, 0};
  if (context != NULL && context->cancelled(context->self)) nanosleep(&pause, NULL);
}
static int first = 1;
static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (first) wait_2_s_if_cancelled(context);
  first = 0;
  self->phase = PREPARED;
  return WYV_OK;
}
