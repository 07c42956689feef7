/* Leaves *out as it was when there is nothing to open. */
#define BREAKS_OPEN
#include "good/storage.h"

static wyv_status open_object(wyv_instance* self, wyv_view key, wyv_view version, uint64_t offset, wyv_reader** out,
                              const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) {
    *out = NULL;
    return bad_key(context);
  }
  const struct object* object = find(key);
  if (object == NULL) return not_found(context);
  *out = NULL;
  char text[32];
  snprintf(text, sizeof text, "v%u", object->version);
  if (version.size > 0 && !is_text(version, text))
    return fail(context, WYV_CONFLICT, TEXT("storage.changed"), TEXT("it has changed"));
  if (offset > object->size) return fail(context, WYV_INVALID, TEXT("storage.offset"), TEXT("it ends before that"));
  *out = malloc(sizeof **out);
  **out = (wyv_reader){copy_of(object->data, object->size), object->size, offset};
  return WYV_OK;
}
