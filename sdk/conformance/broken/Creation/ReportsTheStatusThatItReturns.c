/* Reports another status than it returns. */
#define BREAKS_FAIL
#include "good/output.h"

static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message) {
  const wyv_error error = {sizeof(wyv_error), WYV_TIMEOUT, code, message, TEXT(""), 0};
  context->report(context->self, &error);
  return status;
}
