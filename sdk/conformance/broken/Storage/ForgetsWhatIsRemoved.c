/* Removes nothing. */
#define BREAKS_REMOVE
#include "good/storage.h"

static wyv_status remove_object(wyv_instance* self, wyv_view key, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);
  struct object* object = find(key);
  UNUSED(object);
  return WYV_OK;
}
