/* Leaves a file open for each start. */
#include <fcntl.h>

#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  if (open("/dev/null", O_RDONLY) < 0) return WYV_EXHAUSTED;
  return WYV_OK;
}
