/* Forgets everything with a stop. */
#define BREAKS_STOP
#include <unistd.h>
#include "good/store.h"

static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  (void)unlink(path);
  return WYV_OK;
}
