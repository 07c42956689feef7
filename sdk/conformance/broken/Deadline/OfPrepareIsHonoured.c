/* Takes two seconds to prepare, however little time there is. */
#include <time.h>

#define BREAKS_PREPARE
#include "good/output.h"

static void wait_2_s(void) {
  const struct timespec pause = {2, 0};
  nanosleep(&pause, NULL);
}
static int hurried(const wyv_context* context) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return context != NULL && context->deadline_ns <= now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (hurried(context)) wait_2_s();
  self->phase = PREPARED;
  return WYV_OK;
}
