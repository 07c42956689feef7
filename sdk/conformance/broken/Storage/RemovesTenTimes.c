/* Cannot remove what is not there. */
#define BREAKS_REMOVE
#include "good/storage.h"

static wyv_status remove_object(wyv_instance* self, wyv_view key, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);
  struct object* object = find(key);
  if (object == NULL) return not_found(context);
  free(object->key);
  free(object->data);
  for (--object_count; object < &objects[object_count]; ++object) *object = object[1];
  return WYV_OK;
}
