/* Shows an object from its first byte on. */
#define BREAKS_CREATE_OBJECT
#define BREAKS_ABANDON
#include "good/storage.h"

static int shown_early;
static wyv_status create_object(wyv_instance* self, wyv_view key, wyv_writer** out, const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!is_key(key)) return bad_key(context);
  *out = calloc(1, sizeof **out);
  (*out)->key = copy_of(key.data, key.size);
  shown_early = find(key) == NULL;
  if (shown_early) {
    put((*out)->key, "", 0);
  }
  return WYV_OK;
}
static void abandon(wyv_writer* writer) {
  const wyv_view key = {writer->key, strlen(writer->key)};
  if (shown_early) (void)remove_object(NULL, key, NULL);
  end_writer(writer);
}
