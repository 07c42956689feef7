/* Crashes when it is destroyed between prepare and start. */
#define BREAKS_DESTROY
#include "good/output.h"

static void destroy(wyv_instance* self) {
  if (self->phase == PREPARED) abort();
  free(self);
}
