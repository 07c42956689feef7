/* Names a local file that is not there. */
#define LOCAL_PATH &local_path
#include "good/storage.h"

static wyv_status local_path(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  UNUSED(key);
  UNUSED(context);
  out->write(out->self, TEXT("/no/such/file"));
  return WYV_OK;
}
