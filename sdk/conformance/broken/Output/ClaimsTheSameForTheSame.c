/* Counts its claims. */
#include <stdio.h>

#define BREAKS_CLAIMS
#include "good/output.h"

static int count = 0;
static wyv_status claims(wyv_instance* self, wyv_view config, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(context);
  /* The first two are the same. */
  char text[32];
  const int length = snprintf(text, sizeof text, "[\"broken:%d\"]", ++count < 4 ? 1 : count);
  out->write(out->self, (wyv_view){text, (uint64_t)length});
  return WYV_OK;
}
