/* Renders for any engine. */
#define BREAKS_RENDER
#include "good/output.h"

static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(engine);
  UNUSED(context);
  out->write(out->self,
             TEXT("{\"takes\":\"mpegts\",\"elements\":[{\"factory\":\"fakesink\"}],\"address\":\"nowhere\"}"));
  return WYV_OK;
}
