/* Changes to the root folder. */
#include <unistd.h>

#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  (void)!chdir("/");
  return WYV_OK;
}
