/* Asks for the operations when it is created, before they are complete. */
#define BREAKS_MADE
#include "good/surface.h"

static void ignore(void* self, wyv_view text) {
  UNUSED(self);
  UNUSED(text);
}
static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(config);
  const wyv_host_operations_v1* operations = host_table(self, TEXT("wyvern.host.operations/1"));
  const wyv_text_sink out = {NULL, &ignore};
  if (operations != NULL) (void)operations->list(self->host->self, &out, NULL);
  return WYV_OK;
}
