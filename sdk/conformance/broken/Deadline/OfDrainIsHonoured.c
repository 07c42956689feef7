/* Takes two seconds to drain, however little time there is. */
#define BREAKS_DRAIN
#include "good/output.h"
#include "slow.h"

static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  if (is_late(context)) wait_2_s();
  return WYV_OK;
}
