/* Prepares while it is started. */
#define BREAKS_PREPARE
#include "good/output.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase == PREPARED) return refuse_order(context);
  self->phase = PREPARED;
  return WYV_OK;
}
