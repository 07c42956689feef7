/* Can be made by no engine. */
#define BREAKS_RENDER
#include "good/output.h"

static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(engine);
  UNUSED(out);
  return fail(context, WYV_UNSUPPORTED, TEXT("output.engine"), TEXT("none can make it"));
}
