/* Deadlines, and broken plugins that take their time. */
#include <time.h>

#include "wyvern/abi/base.h"

static void wait_2_s(void) {
  const struct timespec pause = {2, 0};
  nanosleep(&pause, NULL);
}
/* Whether the deadline passed that long ago; negative: whether it will have passed by then. */
static int is_late_by(const wyv_context* context, int64_t ns) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return context != NULL && context->deadline_ns <= now.tv_sec * INT64_C(1000000000) + now.tv_nsec - ns;
}
static int is_late(const wyv_context* context) { return is_late_by(context, 0); }
static int is_withdrawn(const wyv_context* context) { return context != NULL && context->cancelled(context->self); }
