/* Refuses an unknown kind with the wrong status. */
#define BREAKS_FAIL
#include "good/output.h"

static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message) {
  if (is_text(code, "plugin.kind")) status = WYV_INTERNAL;
  const wyv_error error = {sizeof(wyv_error), status, code, message, TEXT(""), 0};
  context->report(context->self, &error);
  return status;
}
