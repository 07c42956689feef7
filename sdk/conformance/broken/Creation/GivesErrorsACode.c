/* Reports with a sentence for a code. */
#define BREAKS_FAIL
#include "good/output.h"

static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message) {
  UNUSED(code);
  const wyv_error error = {sizeof(wyv_error), status, TEXT("Something Went Wrong!"), message, TEXT(""), 0};
  context->report(context->self, &error);
  return status;
}
