/* Takes the wall clock for a stopwatch, and says that it took too long. */
#include <time.h>

#define BREAKS_PREPARE
#define BREAKS_START
#include "good/output.h"

static time_t prepared_at;
static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  prepared_at = time(NULL);
  self->phase = PREPARED;
  return WYV_OK;
}
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  if (time(NULL) - prepared_at > 3600) return fail(context, WYV_TIMEOUT, TEXT("late"), TEXT("it took too long"));
  self->phase = STARTED;
  return WYV_OK;
}
