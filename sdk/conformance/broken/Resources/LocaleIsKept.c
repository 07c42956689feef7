/* Sets the locale of its user. */
#include <locale.h>

#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  setlocale(LC_NUMERIC, "C.UTF-8");
  return WYV_OK;
}
