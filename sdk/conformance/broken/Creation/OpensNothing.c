/* Opens a file in create. */
#include <fcntl.h>
#include <unistd.h>

#define BREAKS_MADE
#define BREAKS_DESTROY
#include "good/output.h"

static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(config);
  self->lives = 0;
  self->extra = (void*)(intptr_t)open("/dev/null", O_RDONLY);
  return WYV_OK;
}
static void destroy(wyv_instance* self) {
  close((int)(intptr_t)self->extra);
  free(self);
}
