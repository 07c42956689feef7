/* Lets nobody else read what is made from now on. */
#include <sys/stat.h>

#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  umask(077);
  return WYV_OK;
}
