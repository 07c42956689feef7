/* Empties the old object when a new one is begun. */
#define BREAKS_CREATE_OBJECT
#include "good/storage.h"

static wyv_status create_object(wyv_instance* self, wyv_view key, wyv_writer** out, const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!is_key(key)) return bad_key(context);
  *out = calloc(1, sizeof **out);
  (*out)->key = copy_of(key.data, key.size);
  struct object* old = find(key);
  if (old != NULL) old->size = 0;
  return WYV_OK;
}
