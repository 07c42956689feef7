/* Forgets everything with a stop. */
#define BREAKS_STOP
#include "good/storage.h"

static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  object_count = 0;
  return WYV_OK;
}
