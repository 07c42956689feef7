/* Takes two seconds to start, however little time there is. */
#define BREAKS_START
#include "good/output.h"
#include "slow.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  if (is_late(context)) wait_2_s();
  self->phase = STARTED;
  return WYV_OK;
}
