/* Logs the configuration that it checks. */
#define BREAKS_CHECK
#include "good/output.h"

static wyv_status check(wyv_instance* self, wyv_view config, const wyv_context* context) {
  if (!is_json(config)) return fail(context, WYV_INVALID, TEXT("json"), TEXT("the configuration is not JSON"));
  say(self, WYV_LOG_DEBUG, TEXT("checked"), config);
  return WYV_OK;
}
