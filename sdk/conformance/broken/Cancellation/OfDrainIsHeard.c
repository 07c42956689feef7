/* Goes on with a drain that was cancelled, for two seconds. */
#define BREAKS_DRAIN
#include "good/output.h"
#include "slow.h"

static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  if (is_withdrawn(context)) wait_2_s();
  return WYV_OK;
}
