/* Claims a bare number as text. */
#define BREAKS_CLAIMS
#include "good/output.h"

static wyv_status claims(wyv_instance* self, wyv_view config, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(context);
  out->write(out->self, TEXT("[\"9000\"]"));
  return WYV_OK;
}
