/* Writes a shorter object over the beginning of a longer one. */
#define BREAKS_COMMIT
#include "good/storage.h"

static wyv_status commit(wyv_writer* writer, const wyv_context* context) {
  UNUSED(context);
  pthread_mutex_lock(&lock);
  const wyv_view key = {writer->key, strlen(writer->key)};
  struct object* old = find(key);
  if (old != NULL && old->size > writer->size) {
    memcpy(old->data, writer->data, writer->size);
    old->version = ++last_version;
  } else {
    put(writer->key, writer->data, writer->size);
  }
  pthread_mutex_unlock(&lock);
  end_writer(writer);
  return WYV_OK;
}
