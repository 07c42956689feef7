/* Requires devices as text. */
#define BREAKS_REQUIREMENTS
#include "good/output.h"

static wyv_status requirements(wyv_instance* self, wyv_view config, const wyv_text_sink* out,
                               const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(context);
  out->write(out->self, TEXT("{\"devices\":\"/dev/blackmagic\"}"));
  return WYV_OK;
}
