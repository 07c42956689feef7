/* Writes no more than 64 KiB of a piece. */
#define BREAKS_WRITE
#include "good/storage.h"

static wyv_status write_object(wyv_writer* writer, wyv_view bytes, const wyv_context* context) {
  UNUSED(context);
  if (bytes.size == 0) return WYV_OK;
  const uint64_t size = bytes.size > 32768 ? 32768 : bytes.size;
  writer->data = realloc(writer->data, writer->size + size);
  memcpy(writer->data + writer->size, bytes.data, size);
  writer->size += size;
  return WYV_OK;
}
