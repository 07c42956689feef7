/* Loses what is committed while others are being written. */
#define BREAKS_CREATE_OBJECT
#define BREAKS_COMMIT
#include "good/storage.h"

static _Atomic int others;
static _Atomic int crowded;
static wyv_status create_object(wyv_instance* self, wyv_view key, wyv_writer** out, const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!is_key(key)) return bad_key(context);
  *out = calloc(1, sizeof **out);
  (*out)->key = copy_of(key.data, key.size);
  if (++others > 1) crowded = 1;
  return WYV_OK;
}
static wyv_status commit(wyv_writer* writer, const wyv_context* context) {
  UNUSED(context);
  /* What eight threads do at once shows only now and then, so this one has a good memory for it. */
  --others;
  pthread_mutex_lock(&lock);
  if (strncmp(writer->key, "many/", 5) != 0 || object_count < 4) put(writer->key, writer->data, writer->size);
  pthread_mutex_unlock(&lock);
  end_writer(writer);
  return WYV_OK;
}
