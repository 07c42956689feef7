/* Takes two seconds to look, when there is no time. */
#define BREAKS_STAT
#include "good/storage.h"
#include "slow.h"

static wyv_status stat_object(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);
  if (is_late(context)) wait_2_s();
  char text[2048];
  const struct object* object = find(key);
  if (object == NULL) return not_found(context);
  const int length = describe(object, text, sizeof text);
  out->write(out->self, (wyv_view){text, (uint64_t)length});
  return WYV_OK;
}
