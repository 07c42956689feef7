/* Gives another version each time that it is asked. */
#define BREAKS_STAT
#define IS_OTHER_VERSION(object, version) (strncmp((version).data, text, strlen(text)) != 0)
#include "good/storage.h"

static unsigned asked;
static wyv_status stat_object(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);

  char text[2048];
  const struct object* object = find(key);
  if (object == NULL) return not_found(context);
  const int length = snprintf(text, sizeof text, "{\"key\":\"%s\",\"size_bytes\":%llu,\"version\":\"v%u.%u\"}",
                              object->key, (unsigned long long)object->size, object->version, ++asked);
  out->write(out->self, (wyv_view){text, (uint64_t)length});
  return WYV_OK;
}
