/* Leaks a kilobyte with each life. */
#define BREAKS_START
#include "good/output.h"

static void* leaked;
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  leaked = malloc(1024);
  if (leaked == NULL) return WYV_EXHAUSTED;
  memset(leaked, 1, 1024);
  return WYV_OK;
}
