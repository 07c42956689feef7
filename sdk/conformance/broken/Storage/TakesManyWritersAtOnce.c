/* Has one buffer for all that is being written. */
#define BREAKS_CREATE_OBJECT
#define BREAKS_WRITE
#define BREAKS_COMMIT
#include "good/storage.h"
#include "slow.h"

static char buffer[1 << 20];
static uint64_t used;

static wyv_status create_object(wyv_instance* self, wyv_view key, wyv_writer** out, const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!is_key(key)) return bad_key(context);
  *out = calloc(1, sizeof **out);
  (*out)->key = copy_of(key.data, key.size);
  pthread_mutex_lock(&lock);
  used = 0;
  pthread_mutex_unlock(&lock);
  return WYV_OK;
}
static wyv_status write_object(wyv_writer* writer, wyv_view bytes, const wyv_context* context) {
  UNUSED(writer);
  UNUSED(context);
  pthread_mutex_lock(&lock);
  memcpy(buffer + used, bytes.data, bytes.size);
  used += bytes.size;
  pthread_mutex_unlock(&lock);
  const struct timespec disk = {0, 1000 * 1000};
  nanosleep(&disk, NULL);
  return WYV_OK;
}
static wyv_status commit(wyv_writer* writer, const wyv_context* context) {
  UNUSED(context);
  pthread_mutex_lock(&lock);
  put(writer->key, buffer, used);
  pthread_mutex_unlock(&lock);
  end_writer(writer);
  return WYV_OK;
}
