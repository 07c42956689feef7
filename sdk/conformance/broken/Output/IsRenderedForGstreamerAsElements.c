/* Renders nothing but an address. */
#define BREAKS_RENDER
#include "good/output.h"

static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  if (!is_text(engine, "gstreamer"))
    return fail(context, WYV_UNSUPPORTED, TEXT("output.engine"), TEXT("only gstreamer can make it"));
  out->write(out->self, TEXT("{\"address\":\"nowhere\"}"));
  return WYV_OK;
}
