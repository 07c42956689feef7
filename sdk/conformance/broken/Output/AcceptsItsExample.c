/* Refuses the example of its own schema. */
#define BREAKS_CHECK
#include "good/output.h"

static wyv_status check(wyv_instance* self, wyv_view config, const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  return fail(context, WYV_INVALID, TEXT("output.config"), TEXT("it is never right"));
}
