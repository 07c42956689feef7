/* Takes two seconds to stop, however little time there is. */
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/output.h"
#include "slow.h"

static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  if (is_late(context)) wait_2_s();
  self->phase = CREATED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) { free(self); }
