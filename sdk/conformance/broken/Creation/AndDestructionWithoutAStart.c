/* Crashes when it is destroyed without having been started. */
#define BREAKS_DESTROY
#include "good/output.h"

static void destroy(wyv_instance* self) {
  if (self->phase == CREATED && self->lives == 0) abort();
  free(self);
}
