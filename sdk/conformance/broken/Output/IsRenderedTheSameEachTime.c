/* Renders a new name each time. */
#include <stdio.h>

#define BREAKS_RENDER
#include "good/output.h"

static int count = 0;
static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  if (!is_text(engine, "gstreamer"))
    return fail(context, WYV_UNSUPPORTED, TEXT("output.engine"), TEXT("only gstreamer can make it"));
  char text[160];
  const int length = snprintf(
      text, sizeof text,
      "{\"takes\":\"mpegts\",\"elements\":[{\"factory\":\"fakesink\",\"properties\":{\"name\":\"n%d\"}}]}", ++count);
  out->write(out->self, (wyv_view){text, (uint64_t)length});
  return WYV_OK;
}
