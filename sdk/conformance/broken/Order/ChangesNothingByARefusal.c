/* Falls back to its beginning when it refuses a second prepare. */
#define BREAKS_PREPARE
#include "good/output.h"

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase == STARTED) return refuse_order(context);
  if (self->phase == PREPARED) {
    self->phase = CREATED;
    return refuse_order(context);
  }
  self->phase = PREPARED;
  return WYV_OK;
}
