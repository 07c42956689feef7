/* Takes two seconds to prepare, however little time there is. */
#define BREAKS_PREPARE
#include "good/output.h"
#include "slow.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (is_late(context)) wait_2_s();
  self->phase = PREPARED;
  return WYV_OK;
}
