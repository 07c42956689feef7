/* A good storage, in memory; see lifecycle.h for how a broken one replaces a part. The smaller parts have macros: what
 * a broken one must do otherwise is often one line. */
#include <pthread.h>
#include <stdio.h>

#include "wyvern/abi/storage.h"

#define KIND "storage"
#define SERVICE WYV_STORAGE_SERVICE
#include "good/lifecycle.h"

struct object {
  char* key;
  char* data;
  uint64_t size;
  unsigned version;
};
struct wyv_reader {
  char* data;
  uint64_t size, at;
};
struct wyv_writer {
  char* key;
  char* data;
  uint64_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct object objects[256]; /* sorted by key */
static unsigned object_count;
static unsigned last_version;

static char* copy_of(const char* data, uint64_t size) {
  char* copy = malloc(size + 1);
  if (copy != NULL && size > 0) memcpy(copy, data, size);
  if (copy != NULL) copy[size] = 0;
  return copy;
}
static int same_key(const struct object* object, wyv_view key) {
  return strlen(object->key) == key.size && memcmp(object->key, key.data, key.size) == 0;
}
static struct object* find(wyv_view key) {
  for (unsigned i = 0; i < object_count; ++i)
    if (same_key(&objects[i], key)) return &objects[i];
  return NULL;
}

#ifndef IS_EMPTY
#define IS_EMPTY(key) ((key).size == 0)
#endif
#ifndef IS_ABSOLUTE
#define IS_ABSOLUTE(key) ((key).size > 0 && (key).data[0] == '/')
#endif
#ifndef IS_FORBIDDEN
#define IS_FORBIDDEN(character) ((character) < 0x20)
#endif
#ifndef MAY_CLIMB
#define MAY_CLIMB 0
#endif
static int is_key(wyv_view key) {
  if (IS_EMPTY(key) || IS_ABSOLUTE(key)) return 0;
  for (uint64_t i = 0; i < key.size; ++i) {
    if (IS_FORBIDDEN((unsigned char)key.data[i])) return 0;
    const int begins = i == 0 || key.data[i - 1] == '/';
    if (begins && i + 1 < key.size && key.data[i] == '.' && key.data[i + 1] == '.' &&
        (i + 2 == key.size || key.data[i + 2] == '/'))
      return MAY_CLIMB;
  }
  return 1;
}

#ifndef NOT_FOUND_STATUS
#define NOT_FOUND_STATUS WYV_NOT_FOUND
#endif
#ifndef NOT_FOUND_CODE
#define NOT_FOUND_CODE "storage.not_found"
#endif
static wyv_status not_found(const wyv_context* context) {
  return fail(context, NOT_FOUND_STATUS, TEXT(NOT_FOUND_CODE), TEXT("there is no such object"));
}
static wyv_status bad_key(const wyv_context* context) {
  return fail(context, WYV_INVALID, TEXT("storage.bad_key"), TEXT("this is no key"));
}

#ifndef DESCRIBED_SIZE
#define DESCRIBED_SIZE(object) ((object)->size)
#endif
#ifndef DESCRIBED_VERSION
#define DESCRIBED_VERSION(object) ((object)->version)
#endif
/* Control characters and quotes are in no key of the kit's that is good. */
static int describe(const struct object* object, char* text, size_t size) {
  return snprintf(text, size, "{\"key\":\"%s\",\"size_bytes\":%llu,\"version\":\"v%u\",\"modified_us\":1}", object->key,
                  (unsigned long long)DESCRIBED_SIZE(object), (unsigned)DESCRIBED_VERSION(object));
}

#ifndef BREAKS_STAT
static wyv_status stat_object(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);
  char text[2048];
  pthread_mutex_lock(&lock);
  const struct object* object = find(key);
  const int length = object != NULL ? describe(object, text, sizeof text) : 0;
  pthread_mutex_unlock(&lock);
  if (length == 0) return not_found(context);
  out->write(out->self, (wyv_view){text, (uint64_t)length});
  return WYV_OK;
}
#else
static wyv_status stat_object(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context);
#endif

#ifndef HAS_PREFIX
#define HAS_PREFIX(key, prefix) (strncmp((key), (prefix).data, (prefix).size) == 0)
#endif
#ifndef IS_AFTER
#define IS_AFTER(key, after) (strcmp((key), (after)) > 0)
#endif
#ifndef LIMIT
#define LIMIT limit
#endif
#ifndef NTH
#define NTH(i) (i)
#endif
static wyv_status list(wyv_instance* self, wyv_view prefix, wyv_view after, uint32_t limit, const wyv_text_sink* out,
                       const wyv_context* context) {
  UNUSED(self);
  UNUSED(context);
  char* last = copy_of(after.data, after.size);
  uint32_t count = 0;
  out->write(out->self, TEXT("["));
  pthread_mutex_lock(&lock);
  for (unsigned i = 0; i < object_count && count < LIMIT; ++i) {
    const struct object* object = &objects[NTH(i)];
    if (!HAS_PREFIX(object->key, prefix) || !IS_AFTER(object->key, last)) continue;
    char text[2048];
    const int length = describe(object, text, sizeof text);
    if (count++ > 0) out->write(out->self, TEXT(","));
    out->write(out->self, (wyv_view){text, (uint64_t)length});
  }
  pthread_mutex_unlock(&lock);
  free(last);
  out->write(out->self, TEXT("]"));
  return WYV_OK;
}

#ifndef IS_OTHER_VERSION
#define IS_OTHER_VERSION(object, version) (!is_text(version, text))
#endif
#ifndef IS_BEYOND
#define IS_BEYOND(offset, size) ((offset) > (size))
#endif
#ifndef FIRST
#define FIRST offset
#endif
#ifndef BREAKS_OPEN
static wyv_status open_object(wyv_instance* self, wyv_view key, wyv_view version, uint64_t offset, wyv_reader** out,
                              const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!is_key(key)) return bad_key(context);
  pthread_mutex_lock(&lock);
  const struct object* object = find(key);
  char text[32] = "";
  if (object != NULL) snprintf(text, sizeof text, "v%u", object->version);
  wyv_reader* reader = object != NULL ? malloc(sizeof *reader) : NULL;
  if (reader != NULL) *reader = (wyv_reader){copy_of(object->data, object->size), object->size, FIRST};
  const int other = object != NULL && version.size > 0 && IS_OTHER_VERSION(object, version);
  pthread_mutex_unlock(&lock);
  if (reader == NULL) return not_found(context);
  wyv_status status = WYV_OK;
  if (other)
    status = fail(context, WYV_CONFLICT, TEXT("storage.changed"), TEXT("it has changed"));
  else if (IS_BEYOND(offset, reader->size))
    status = fail(context, WYV_INVALID, TEXT("storage.offset"), TEXT("it ends before that"));
  if (status == WYV_OK)
    *out = reader;
  else {
    free(reader->data);
    free(reader);
  }
  return status;
}
#else
static wyv_status open_object(wyv_instance* self, wyv_view key, wyv_view version, uint64_t offset, wyv_reader** out,
                              const wyv_context* context);
#endif
#ifndef BREAKS_READ
static wyv_status read_object(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count,
                              const wyv_context* context) {
  UNUSED(context);
  const uint64_t left = reader->at < reader->size ? reader->size - reader->at : 0;
  *count = left < capacity ? left : capacity;
  if (*count > 1000) *count = 1000; /* as the outside does it */
  memcpy(buffer, reader->data + reader->at, *count);
  reader->at += *count;
  return WYV_OK;
}
#else
static wyv_status read_object(wyv_reader* reader, void* buffer, uint64_t capacity, uint64_t* count,
                              const wyv_context* context);
#endif
#ifndef BREAKS_CLOSE
static void close_reader(wyv_reader* reader) {
  free(reader->data);
  free(reader);
}
#else
static void close_reader(wyv_reader* reader);
#endif

static void put(const char* key, const char* data, uint64_t size) {
  const wyv_view name = {key, strlen(key)};
  struct object* object = find(name);
  if (object == NULL) {
    unsigned at = object_count++;
    for (; at > 0 && strcmp(objects[at - 1].key, key) > 0; --at) objects[at] = objects[at - 1];
    object = &objects[at];
    *object = (struct object){copy_of(key, strlen(key)), NULL, 0, 0};
  }
  free(object->data);
  object->data = copy_of(data, size);
  object->size = size;
  object->version = ++last_version;
}
#ifndef BREAKS_CREATE_OBJECT
static wyv_status create_object(wyv_instance* self, wyv_view key, wyv_writer** out, const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!is_key(key)) return bad_key(context);
  *out = calloc(1, sizeof **out);
  (*out)->key = copy_of(key.data, key.size);
  return WYV_OK;
}
#else
static wyv_status create_object(wyv_instance* self, wyv_view key, wyv_writer** out, const wyv_context* context);
#endif
#ifndef BREAKS_WRITE
static wyv_status write_object(wyv_writer* writer, wyv_view bytes, const wyv_context* context) {
  UNUSED(context);
  if (bytes.size == 0) return WYV_OK;
  writer->data = realloc(writer->data, writer->size + bytes.size);
  memcpy(writer->data + writer->size, bytes.data, bytes.size);
  writer->size += bytes.size;
  return WYV_OK;
}
#else
static wyv_status write_object(wyv_writer* writer, wyv_view bytes, const wyv_context* context);
#endif
static void end_writer(wyv_writer* writer) {
  free(writer->key);
  free(writer->data);
  free(writer);
}
#ifndef BREAKS_COMMIT
static wyv_status commit(wyv_writer* writer, const wyv_context* context) {
  UNUSED(context);
  pthread_mutex_lock(&lock);
  put(writer->key, writer->data, writer->size);
  pthread_mutex_unlock(&lock);
  end_writer(writer);
  return WYV_OK;
}
#else
static wyv_status commit(wyv_writer* writer, const wyv_context* context);
#endif
#ifndef BREAKS_ABANDON
static void abandon(wyv_writer* writer) { end_writer(writer); }
#else
static void abandon(wyv_writer* writer);
#endif
#ifndef BREAKS_REMOVE
static wyv_status remove_object(wyv_instance* self, wyv_view key, const wyv_context* context) {
  UNUSED(self);
  if (!is_key(key)) return bad_key(context);
  pthread_mutex_lock(&lock);
  struct object* object = find(key);
  if (object != NULL) {
    free(object->key);
    free(object->data);
    for (--object_count; object < &objects[object_count]; ++object) *object = object[1];
  }
  pthread_mutex_unlock(&lock);
  return WYV_OK;
}
#else
static wyv_status remove_object(wyv_instance* self, wyv_view key, const wyv_context* context);
#endif

#ifndef LOCAL_PATH
#define LOCAL_PATH NULL
#else
static wyv_status local_path(wyv_instance* self, wyv_view key, const wyv_text_sink* out, const wyv_context* context);
#endif
#ifndef REMOVE
#define REMOVE &remove_object
#endif
static const wyv_storage_v1 table = {sizeof(wyv_storage_v1),
                                     0,
                                     &stat_object,
                                     &list,
                                     &open_object,
                                     &read_object,
                                     &close_reader,
                                     LOCAL_PATH,
                                     &create_object,
                                     &write_object,
                                     &commit,
                                     &abandon,
                                     REMOVE};
static const void* table_of_kind(void) { return &table; }
