/* Keeps what was abandoned, when there was nothing before. */
#define BREAKS_ABANDON
#include "good/storage.h"

static void abandon(wyv_writer* writer) {
  const wyv_view key = {writer->key, strlen(writer->key)};
  if (find(key) == NULL) put(writer->key, writer->data, writer->size);
  end_writer(writer);
}
