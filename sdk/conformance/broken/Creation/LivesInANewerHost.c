/* Wants a host of exactly the size that it knows. */
#define BREAKS_MADE
#include "good/output.h"

static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(config);
  return self->host->struct_size == sizeof(wyv_host) ? WYV_OK : WYV_UNSUPPORTED;
}
