/* Gives the last part of a key for the key. */
#define BREAKS_STAT
#include "good/storage.h"

static wyv_status stat_object(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);
  const char* last;
  char text[2048];
  const struct object* object = find(key);
  if (object == NULL) return not_found(context);
  const int length =
      (last = strrchr(object->key, '/'),
       snprintf(text, sizeof text, "{\"key\":\"%s\",\"size_bytes\":%llu,\"version\":\"v%u\"}",
                last != NULL ? last + 1 : object->key, (unsigned long long)object->size, object->version));
  out->write(out->self, (wyv_view){text, (uint64_t)length});
  return WYV_OK;
}
