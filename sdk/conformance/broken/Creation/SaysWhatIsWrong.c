/* Refuses a kind without a word. */
#define BREAKS_FAIL
#include "good/output.h"

static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message) {
  const wyv_error error = {sizeof(wyv_error), status, code, message, TEXT(""), 0};
  if (!is_text(code, "plugin.kind")) context->report(context->self, &error);
  return status;
}
