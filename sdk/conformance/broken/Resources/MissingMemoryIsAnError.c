/* Does not look at what malloc returns. */
#define BREAKS_MADE
#include "good/output.h"

static char* volatile kept;
static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(self);
  kept = malloc(config.size + 64 * 1024);
  memcpy(kept, config.data, config.size);
  free(kept);
  return WYV_OK;
}
