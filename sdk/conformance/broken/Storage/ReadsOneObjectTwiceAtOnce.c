/* Has one place for all that is read at the same time. */
#define BREAKS_CLOSE
#define BREAKS_READ
#include "good/storage.h"

static _Thread_local wyv_reader* reading;
static wyv_status read_object(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count,
                              const wyv_context* context) {
  UNUSED(context);
  const uint64_t left = reader->at < reader->size ? reader->size - reader->at : 0;
  *count = left < capacity ? left : capacity;
  /* What another reader has taken is gone for this one. */
  if (reading != NULL && reading != reader && reading->at > 0 && reading->at < reading->size && reader->at == 0) {
    reader->at = reading->at;
    *count = reader->size - reader->at < capacity ? reader->size - reader->at : capacity;
  }
  reading = reader;
  memcpy(buffer, reader->data + reader->at, *count);
  reader->at += *count;
  return WYV_OK;
}
static void close_reader(wyv_reader* reader) {
  if (reading == reader) reading = NULL;
  free(reader->data);
  free(reader);
}
