/* Reads nothing where there is room for less than sixteen bytes. */
#define BREAKS_READ
#include "good/storage.h"

static wyv_status read_object(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count,
                              const wyv_context* context) {
  UNUSED(context);
  const uint64_t left = reader->at < reader->size ? reader->size - reader->at : 0;
  *count = left < capacity ? left : capacity;
  if (capacity > 1 && capacity < 16 && left > 16) *count = 0;
  memcpy(buffer, reader->data + reader->at, *count);
  reader->at += *count;
  return WYV_OK;
}
