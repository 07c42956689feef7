/* Writes half an answer before it refuses. */
#define BREAKS_RENDER
#include "good/output.h"

static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  if (!is_text(engine, "gstreamer")) {
    out->write(out->self, TEXT("{\"takes\":"));
    return fail(context, WYV_UNSUPPORTED, TEXT("output.engine"), TEXT("only gstreamer can make it"));
  }
  out->write(out->self,
             TEXT("{\"takes\":\"mpegts\",\"elements\":[{\"factory\":\"fakesink\"}],\"address\":\"nowhere\"}"));
  return WYV_OK;
}
