/* Takes an empty object for none. */
#define BREAKS_COMMIT
#include "good/storage.h"

static wyv_status commit(wyv_writer* writer, const wyv_context* context) {
  UNUSED(context);
  pthread_mutex_lock(&lock);
  if (writer->size > 0) put(writer->key, writer->data, writer->size);
  pthread_mutex_unlock(&lock);
  end_writer(writer);
  return WYV_OK;
}
