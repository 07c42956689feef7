/* wyvern.store/1: where the state lives. One SQL subset with $1 … $n parameters for every store. */
#ifndef WYVERN_ABI_STORE_H
#define WYVERN_ABI_STORE_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_STORE_SERVICE "wyvern.store/1"

enum wyv_value_type {
  WYV_VALUE_NULL = 0,
  WYV_VALUE_BOOL = 1,      /* integer: 0 or 1 */
  WYV_VALUE_INT64 = 2,     /* integer */
  WYV_VALUE_DOUBLE = 3,    /* real */
  WYV_VALUE_TEXT = 4,      /* text: UTF-8 */
  WYV_VALUE_BYTES = 5,     /* text: any bytes */
  WYV_VALUE_TIMESTAMP = 6, /* integer: microseconds since 1970-01-01 UTC */
  WYV_VALUE_JSON = 7       /* text: JSON */
};

typedef struct wyv_value {
  uint32_t type; /* wyv_value_type */
  uint32_t reserved;
  union {
    int64_t integer;
    double real;
    wyv_view text;
  } as;
} wyv_value;

/* [caller & open] Takes one row; the values are valid until it returns. Non-zero ends the statement early, without
 * error. `names` are the columns' names, the same for every row of a statement. */
typedef struct wyv_row_sink {
  void* self;
  int32_t (*row)(void* self, const wyv_value* columns, const wyv_view* names, uint32_t count);
} wyv_row_sink;

enum wyv_session_mode {
  WYV_SESSION_READ = 0, /* sees committed state; runs beside others */
  WYV_SESSION_WRITE = 1 /* waits its turn where the store has one writer */
};

typedef struct wyv_session wyv_session; /* one conversation with the store; the store's */

/* [any & started] Hears that somebody has told of a topic. It must be quick, and calls nothing of the store. */
typedef struct wyv_watcher {
  void* self;
  void (*heard)(void* self);
} wyv_watcher;

typedef struct wyv_watch wyv_watch; /* one watcher of one topic; the store's */

typedef struct wyv_store_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & created] "sqlite" or "postgres": which of the migrations fit. */
  wyv_view (*dialect)(wyv_instance* store);
  /* [any & started] Takes a session from a bounded pool, waiting until the deadline: WYV_TIMEOUT. */
  wyv_status (*open)(wyv_instance* store, int32_t mode, wyv_session** out, const wyv_context* context);
  /* [one & open] Gives the session back; an open transaction is rolled back. */
  void (*close)(wyv_session* session);
  /* [one & open] WYV_WRONG_STATE when a transaction is open already, or none for commit and rollback.
   * A commit that returned WYV_OK is on the disk. One that failed has changed nothing, but for
   * WYV_INTERNAL with code "store.outcome_unknown", which only a remote store may return. */
  wyv_status (*begin)(wyv_session* session, const wyv_context* context);
  wyv_status (*commit)(wyv_session* session, const wyv_context* context);
  wyv_status (*rollback)(wyv_session* session, const wyv_context* context);
  /* [one & open] One statement. `rows` may be null. *affected (may be null) is the number of rows changed.
   * Outside a transaction the statement is one of its own. Errors: code "store.unique" with WYV_CONFLICT,
   * "store.foreign_key" with WYV_CONFLICT, "store.syntax" with WYV_INVALID, "store.full" with WYV_EXHAUSTED,
   * "store.busy" with WYV_UNAVAILABLE. The cause names the constraint where the store knows it. A failure inside a
   * transaction aborts it: until the rollback every call but that answers "store.aborted" with WYV_WRONG_STATE, and a
   * commit rolls back. A change in a session for reading is "store.read_session" with WYV_INVALID. */
  wyv_status (*execute)(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t parameter_count,
                        const wyv_row_sink* rows, uint64_t* affected, const wyv_context* context);
  /* [one & open] Several statements in the store's own dialect, without parameters: a migration. */
  wyv_status (*script)(wyv_session* session, wyv_view sql, const wyv_context* context);

  /* Since 1.1. Each may be null, and may answer WYV_UNSUPPORTED: then the host does without. */
  /* [one & open] As execute, for a statement of which nothing is asked. Inside a transaction the store may keep it,
   * with copies of its parameters, until the session's next call, and send both at once: a failure is told by that call
   * then, which has done nothing of its own. */
  wyv_status (*queue)(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t parameter_count,
                      const wyv_context* context);
  /* [one & open] Marks this place of the transaction, instead of where it was marked before. The store may keep that
   * too until the next call. WYV_WRONG_STATE without a transaction. */
  wyv_status (*mark)(wyv_session* session, const wyv_context* context);
  /* [one & open] Undoes what came after the mark, a statement that failed or is queued included: the transaction goes
   * on from there, and the mark stays. WYV_WRONG_STATE without a mark, and with code "store.aborted" when the mark was
   * not reached, or the transaction has ended by itself: nothing but a rollback is possible then. */
  wyv_status (*undo_to_mark)(wyv_session* session, const wyv_context* context);

  /* Words between programs that use one store, for who would otherwise find each other's changes by polling alone. All
   * three are optional, and there together or not at all; WYV_UNSUPPORTED says the same as their absence. They are a
   * help and no promise: a word may come late, once too often, or never, so polling stays beneath.
   *
   * [any & started] From its return on `watcher`, which is copied, hears what other programs tell of `topic`; not what
   * is told through this instance. Several words may come as one, and one more comes whenever some may have been
   * missed, as after a connection that ended. It comes on a thread of the store's, never two at once. A topic is 1 to
   * 40 small letters and '_': else WYV_INVALID. */
  wyv_status (*watch)(wyv_instance* store, wyv_view topic, const wyv_watcher* watcher, wyv_watch** out,
                      const wyv_context* context);
  /* [any & started] Nothing is heard after its return. Not from within the watcher; before stop. */
  void (*unwatch)(wyv_watch* watch);
  /* [any & started] Tells the others, after the commit that it is about. Returns at once and reports nothing: who
   * cannot be told polls. Words that follow each other quickly may become one. */
  void (*tell)(wyv_instance* store, wyv_view topic);
} wyv_store_v1;

#ifdef __cplusplus
}
#endif

#endif
