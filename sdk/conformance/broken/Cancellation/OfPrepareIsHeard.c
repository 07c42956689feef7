/* Goes on with a prepare that was cancelled, for two seconds. */
#define BREAKS_PREPARE
#include "good/output.h"
#include "slow.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (is_withdrawn(context)) wait_2_s();
  self->phase = PREPARED;
  return WYV_OK;
}
