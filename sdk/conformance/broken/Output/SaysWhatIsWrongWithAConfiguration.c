/* Refuses a configuration without a word. */
#define BREAKS_CHECK
#include "good/output.h"

static wyv_status check(wyv_instance* self, wyv_view config, const wyv_context* context) {
  UNUSED(self);
  UNUSED(context);
  return is_json(config) ? WYV_OK : WYV_INVALID;
}
