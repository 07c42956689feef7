/* Values that cross the boundary: views, statuses, sinks, and the context of a call.
 *
 * Every header in this folder compiles as C11, C17 and C++20 with the standard library alone.
 * Tables are append-only: a field keeps its place and its meaning for the whole ABI major.
 *
 * Tags on functions read [thread & state]:
 *   thread  any      any thread, several at once
 *           one      any thread, but never two at once on the same handle
 *           caller   the thread that the callback came on
 *   state   created  between create and destroy
 *           prepared after prepare, before stop
 *           started  after start, before stop
 *           open     while the handle that the call takes has not been closed
 *
 * What holds for every function:
 *   owner    views and structs that a call is handed stay the caller's and are valid within the call only; what is
 *            written to a text sink is copied before `write` returns; what comes back through `out` is the caller's
 *            until it is given back to the function that is named there.
 *   units    stand in the name (_ns, _us, _ms, _bytes) or in the comment; sizes of views are bytes.
 *   errors   a function that returns wyv_status reports at most once, on its own thread, before it returns another
 *            status than WYV_OK, and has then changed nothing that its comment does not name. Each of them may answer
 *            WYV_INVALID, WYV_TIMEOUT, WYV_CANCELLED, WYV_WRONG_STATE, WYV_EXHAUSTED, WYV_UNAVAILABLE, WYV_DENIED and
 *            WYV_INTERNAL; its comment says which others, and what they mean there.
 *   nothing is thrown through a table: each function is as if `noexcept`.
 */
#ifndef WYVERN_ABI_BASE_H
#define WYVERN_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_ABI_MAJOR 1
#define WYV_ABI_MINOR 1

/* True when the table `t`, which reports its own struct_size, is long enough to hold `field`. */
#define WYV_HAS(t, type, field) ((t)->struct_size >= (offsetof(type, field) + sizeof((t)->field)) && (t)->field)

/* UTF-8 text or plain bytes. Not NUL-terminated; `data` may be null when `size` is 0.
 * Owner: whoever made it. Valid until the call that it was handed to returns. */
typedef struct wyv_view {
  const char* data;
  uint64_t size; /* bytes */
} wyv_view;

typedef int32_t wyv_status;
enum wyv_status_code {
  WYV_OK = 0,
  WYV_INVALID = 1,      /* an argument or a configuration is wrong; repeating will not help */
  WYV_NOT_FOUND = 2,    /* the named thing does not exist */
  WYV_CONFLICT = 3,     /* exists already, changed meanwhile, or is held by another */
  WYV_DENIED = 4,       /* the outside refused: permissions, credentials */
  WYV_UNAVAILABLE = 5,  /* away for now; repeating later may help */
  WYV_TIMEOUT = 6,      /* the deadline passed before an answer */
  WYV_CANCELLED = 7,    /* the caller withdrew */
  WYV_UNSUPPORTED = 8,  /* this plugin does not do that */
  WYV_EXHAUSTED = 9,    /* no memory, disk, quota or descriptors left */
  WYV_WRONG_STATE = 10, /* called before or after its time */
  WYV_INTERNAL = 11     /* a fault of the callee itself */
};

/* One failure, for a person and for a program. */
typedef struct wyv_error {
  uint32_t struct_size;
  wyv_status status;
  wyv_view code;      /* stable and dotted, "storage.not_found" */
  wyv_view message;   /* a sentence: the thing, the place, the remedy */
  wyv_view cause;     /* what lay below, or empty */
  uint32_t retryable; /* 1 when the same call may succeed later */
} wyv_error;

/* What a caller gives to each call that can fail. Owner: the caller, for the length of the call. */
typedef struct wyv_context {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t deadline_ns;  /* CLOCK_MONOTONIC; INT64_MAX for none. The callee returns WYV_TIMEOUT by then. */
  wyv_view correlation; /* names the request in log lines; may be empty */
  void* self;
  /* [caller & created] Called at most once, before a status other than WYV_OK is returned. */
  void (*report)(void* self, const wyv_error* error);
  /* [any & created] Non-zero once the caller has withdrawn; the callee then returns WYV_CANCELLED soon. */
  int32_t (*cancelled)(void* self);
} wyv_context;

/* Takes text from a callee. [caller & created] The text is copied by the receiver before `write` returns;
 * a callee may write in several pieces. A sink that is handed to a call is used within that call only. */
typedef struct wyv_text_sink {
  void* self;
  void (*write)(void* self, wyv_view text);
} wyv_text_sink;

/* A plugin's own object: made by create, ended by destroy, never looked into by others. */
typedef struct wyv_instance wyv_instance;

#ifdef __cplusplus
}
#endif

#endif
