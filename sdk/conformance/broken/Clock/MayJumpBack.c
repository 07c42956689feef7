/* Waits by the wall clock. */
#include <time.h>

#define BREAKS_START
#define BREAKS_DRAIN
#include "good/output.h"

static time_t begun;
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  begun = time(NULL);
  return WYV_OK;
}
static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  const struct timespec pause = {1, 500000000};
  if (time(NULL) < begun) nanosleep(&pause, NULL);
  return WYV_OK;
}
