/* Drains before start. */
#define BREAKS_DRAIN
#include "good/output.h"

static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  return self->phase != CREATED ? WYV_OK : refuse_order(context);
}
