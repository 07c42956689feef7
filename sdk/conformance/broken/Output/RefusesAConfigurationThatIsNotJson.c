/* Has no look at a configuration. */
#define BREAKS_CHECK
#include "good/output.h"

static wyv_status check(wyv_instance* self, wyv_view config, const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(context);
  return WYV_OK;
}
