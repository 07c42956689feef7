/* wyvern.storage/1: where the media lives. Objects by key; a key is a relative path with '/' between its parts. */
#ifndef WYVERN_ABI_STORAGE_H
#define WYVERN_ABI_STORAGE_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_STORAGE_SERVICE "wyvern.storage/1"

typedef struct wyv_reader wyv_reader; /* an object being read; the storage's */
typedef struct wyv_writer wyv_writer; /* an object being written; the storage's */

/* Errors of all: WYV_INVALID with code "storage.bad_key" for a key that is empty, absolute, leaves the root or
 * holds a control character; WYV_NOT_FOUND with "storage.not_found"; WYV_CONFLICT with "storage.changed" when
 * the object is not the version that was asked for. */
typedef struct wyv_storage_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & started] {"key","size_bytes","version","modified_us"}. `version` changes whenever the content does. */
  wyv_status (*stat)(wyv_instance* storage, wyv_view key, const wyv_text_sink* out, const wyv_context* context);
  /* [any & started] A JSON array of the same objects, sorted by key, at most `limit`, keys after `after` that
   * begin with `prefix`. */
  wyv_status (*list)(wyv_instance* storage, wyv_view prefix, wyv_view after, uint32_t limit, const wyv_text_sink* out,
                     const wyv_context* context);
  /* [any & started] Opens the object at `offset` bytes. `version` is what stat said, or empty for any. The reader
   * is owned by the caller until close_reader. An offset at the end reads nothing; beyond it is WYV_INVALID. */
  wyv_status (*open)(wyv_instance* storage, wyv_view key, wyv_view version, uint64_t offset, wyv_reader** out,
                     const wyv_context* context);
  /* [one & open] Fills at most `capacity` bytes; *count is 0 only at the end. May be short before it. */
  wyv_status (*read)(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count, const wyv_context* context);
  /* [one & open] */
  void (*close_reader)(wyv_reader* reader);
  /* [any & started] Optional, null when the storage has no local files: a path under which this machine may read
   * the object in place. */
  wyv_status (*local_path)(wyv_instance* storage, wyv_view key, const wyv_text_sink* out, const wyv_context* context);
  /* [any & started] Begins an object. It appears under its key whole, at commit, or never. */
  wyv_status (*create)(wyv_instance* storage, wyv_view key, wyv_writer** out, const wyv_context* context);
  /* [one & open] Appends all of `bytes`, or fails. */
  wyv_status (*write)(wyv_writer* writer, wyv_view bytes, const wyv_context* context);
  /* [one & open] Makes it durable and visible, replacing what was there; the writer is gone, on failure too. */
  wyv_status (*commit)(wyv_writer* writer, const wyv_context* context);
  /* [one & open] Drops it; the writer is gone. */
  void (*abandon)(wyv_writer* writer);
  /* [any & started] WYV_OK also when there was no such object. */
  wyv_status (*remove)(wyv_instance* storage, wyv_view key, const wyv_context* context);
} wyv_storage_v1;

#ifdef __cplusplus
}
#endif

#endif
