/* Goes on with a read that was cancelled, for two seconds. */
#define BREAKS_READ
#include "good/storage.h"
#include "slow.h"

static wyv_status read_object(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count,
                              const wyv_context* context) {
  if (is_withdrawn(context)) wait_2_s();
  const uint64_t left = reader->size - reader->at;
  *count = left < capacity ? left : capacity;
  memcpy(buffer, reader->data + reader->at, *count);
  reader->at += *count;
  return WYV_OK;
}
