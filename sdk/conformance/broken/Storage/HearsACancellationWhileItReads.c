/* Goes on with a read that was cancelled, for two seconds. */
#define BREAKS_READ
#include "good/storage.h"

#include <time.h>

static wyv_status read_object(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count,
                              const wyv_context* context) {
  UNUSED(context);
  const uint64_t left = reader->at < reader->size ? reader->size - reader->at : 0;
  *count = left < capacity ? left : capacity;
  const struct timespec pause = {2, 0};
  if (context->cancelled(context->self)) nanosleep(&pause, NULL);
  memcpy(buffer, reader->data + reader->at, *count);
  reader->at += *count;
  return WYV_OK;
}
