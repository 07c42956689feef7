/* A good store, over SQLite: a connection for each session; see lifecycle.h for how a broken one replaces a part. The
 * smaller parts have macros: what a broken one must do otherwise is often one line. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>

#include "slow.h"
#include "wyvern/abi/store.h"

#define KIND "store"
#define SERVICE WYV_STORE_SERVICE
#define BREAKS_MADE
#include "good/lifecycle.h"

enum transaction { NONE, OPEN, ABORTED };
struct wyv_session {
  sqlite3* database;
  int32_t mode;
  enum transaction transaction;
  int marks;                  /* in the transaction */
  const wyv_context* context; /* of the call that is under way */
};

static char path[4096];
#ifndef PATH
#define PATH path
#endif
static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(self);
  char* text = strndup(config.data, config.size);
  const char* begin = strstr(text, "\"path\":\"");
  const wyv_status status = begin != NULL && sscanf(begin, "\"path\":\"%4095[^\"]", path) == 1 ? WYV_OK : WYV_INVALID;
  free(text);
  return status;
}

/* How many sessions of a mode are to be had. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int places[] = {4, 1};

#ifndef HAS_PLACE
#define HAS_PLACE(mode) (places[mode] > 0)
#endif
#ifndef MAY_WAIT
#define MAY_WAIT(context) (!is_late(context))
#endif
#ifndef WAIT_IS_CANCELLED
#define WAIT_IS_CANCELLED(context) is_withdrawn(context)
#endif
static wyv_status take_place(int32_t mode, const wyv_context* context) {
  for (;;) {
    pthread_mutex_lock(&lock);
    const int taken = HAS_PLACE(mode);
    if (taken) --places[mode];
    pthread_mutex_unlock(&lock);
    if (taken) return WYV_OK;
    if (WAIT_IS_CANCELLED(context)) return fail(context, WYV_CANCELLED, TEXT("cancelled"), TEXT("the caller withdrew"));
    if (!MAY_WAIT(context)) return fail(context, WYV_TIMEOUT, TEXT("late"), TEXT("no session came free"));
    const struct timespec pause = {0, 1000 * 1000};
    nanosleep(&pause, NULL);
  }
}
#ifndef BREAKS_GIVE_PLACE
static void give_place(int32_t mode) {
  pthread_mutex_lock(&lock);
  ++places[mode];
  pthread_mutex_unlock(&lock);
}
#else
static void give_place(int32_t mode);
#endif

#ifndef IS_OVERDUE
#define IS_OVERDUE(context) is_late(context)
#endif
#ifndef IS_CANCELLED
#define IS_CANCELLED(context) is_withdrawn(context)
#endif
static int must_end(void* self) {
  const wyv_context* context = ((wyv_session*)self)->context;
  return IS_OVERDUE(context) || IS_CANCELLED(context);
}

#ifndef UNIQUE_CODE
#define UNIQUE_CODE "store.unique"
#endif
#ifndef FOREIGN_KEY_CODE
#define FOREIGN_KEY_CODE "store.foreign_key"
#endif
#ifndef SYNTAX_CODE
#define SYNTAX_CODE "store.syntax"
#endif
static wyv_status failure(const wyv_session* session, const wyv_context* context) {
  const char* text = sqlite3_errmsg(session->database);
  const wyv_view message = {text, strlen(text)};
  const int result = sqlite3_extended_errcode(session->database);
  if (result == SQLITE_CONSTRAINT_UNIQUE || result == SQLITE_CONSTRAINT_PRIMARYKEY)
    return fail(context, WYV_CONFLICT, TEXT(UNIQUE_CODE), message);
  if (result == SQLITE_CONSTRAINT_FOREIGNKEY) return fail(context, WYV_CONFLICT, TEXT(FOREIGN_KEY_CODE), message);
  switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
      return fail(context, WYV_INVALID, TEXT("store.constraint"), message);
    case SQLITE_READONLY:
      return fail(context, WYV_INVALID, TEXT("store.read_session"), message);
    case SQLITE_BUSY:
      return fail(context, WYV_UNAVAILABLE, TEXT("store.busy"), message);
    case SQLITE_FULL:
      return fail(context, WYV_EXHAUSTED, TEXT("store.full"), message);
    case SQLITE_INTERRUPT:
      return fail(context, is_withdrawn(context) ? WYV_CANCELLED : WYV_TIMEOUT, TEXT("store.ended"), message);
    case SQLITE_ERROR:
      return fail(context, WYV_INVALID, TEXT(SYNTAX_CODE), message);
    default:
      return fail(context, WYV_INTERNAL, TEXT("store.internal"), message);
  }
}
static int run(wyv_session* session, const char* sql) { return sqlite3_exec(session->database, sql, NULL, NULL, NULL); }

#ifndef READ_SETTINGS
#define READ_SETTINGS "PRAGMA query_only=ON"
#endif
#ifndef WRITE_SETTINGS
#define WRITE_SETTINGS "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"
#endif
#ifndef IS_MODE
#define IS_MODE(mode) ((mode) == WYV_SESSION_READ || (mode) == WYV_SESSION_WRITE)
#endif
#ifndef CLOSE
#define CLOSE(database) sqlite3_close(database)
#endif
#ifndef AT_CLOSE
#define AT_CLOSE(session) "ROLLBACK"
#endif
static void close_session(wyv_session* session) {
  if (session->transaction != NONE) (void)run(session, AT_CLOSE(session));
  CLOSE(session->database);
  give_place(session->mode);
  free(session);
}
static wyv_status open_session(wyv_instance* self, int32_t mode, wyv_session** out, const wyv_context* context) {
  UNUSED(self);
  *out = NULL;
  if (!IS_MODE(mode)) return fail(context, WYV_INVALID, TEXT("store.mode"), TEXT("it is opened to read or to write"));
  mode = mode == WYV_SESSION_WRITE;
  const wyv_status status = take_place(mode, context);
  if (status != WYV_OK) return status;
  wyv_session* session = calloc(1, sizeof *session);
  session->mode = mode;
  const int opened = sqlite3_open(PATH, &session->database);
  sqlite3_extended_result_codes(session->database, 1);
  sqlite3_busy_timeout(session->database, 5000);
  sqlite3_progress_handler(session->database, 1000, &must_end, session);
  if (opened != SQLITE_OK || run(session, mode == WYV_SESSION_WRITE ? WRITE_SETTINGS : READ_SETTINGS) != SQLITE_OK) {
    const wyv_status failed = failure(session, context);
    close_session(session);
    return failed;
  }
  *out = session;
  return WYV_OK;
}

static wyv_status wrong_state(const wyv_context* context) {
  return fail(context, WYV_WRONG_STATE, TEXT("store.transaction"), TEXT("a transaction is open, or none is"));
}
static wyv_status aborted(const wyv_context* context) {
  return fail(context, WYV_WRONG_STATE, TEXT("store.aborted"), TEXT("a statement failed; roll back"));
}
#ifndef MAY_BEGIN
#define MAY_BEGIN(session) ((session)->transaction == NONE)
#endif
static wyv_status begin(wyv_session* session, const wyv_context* context) {
  if (!MAY_BEGIN(session)) return wrong_state(context);
  if (run(session, session->mode == WYV_SESSION_WRITE ? "BEGIN IMMEDIATE" : "BEGIN") != SQLITE_OK)
    return failure(session, context);
  session->transaction = OPEN;
  session->marks = 0;
  return WYV_OK;
}
#ifndef HAS_NOTHING_TO_COMMIT
#define HAS_NOTHING_TO_COMMIT(session) ((session)->transaction == NONE)
#endif
#ifndef IS_ABORTED
#define IS_ABORTED(session) ((session)->transaction == ABORTED)
#endif
#ifndef IS_TOO_LATE
#define IS_TOO_LATE(session, context) is_late(context)
#endif
#ifndef COMMITTED
#define COMMITTED(session) (run(session, "COMMIT") == SQLITE_OK)
#endif
static wyv_status commit(wyv_session* session, const wyv_context* context) {
  if (HAS_NOTHING_TO_COMMIT(session)) return wrong_state(context);
  wyv_status status = WYV_OK;
  if (IS_ABORTED(session))
    status = aborted(context);
  else if (IS_TOO_LATE(session, context))
    status = fail(context, WYV_TIMEOUT, TEXT("late"), TEXT("it is too late to commit"));
  else if (!COMMITTED(session))
    status = failure(session, context);
  if (status != WYV_OK) (void)run(session, "ROLLBACK");
  session->transaction = NONE;
  return status;
}
#ifndef HAS_NOTHING_TO_ROLL_BACK
#define HAS_NOTHING_TO_ROLL_BACK(session) ((session)->transaction == NONE)
#endif
#ifndef ROLLBACK
#define ROLLBACK(session) "ROLLBACK"
#endif
#ifndef AFTER_ROLLBACK
#define AFTER_ROLLBACK(session) NONE
#endif
static wyv_status rollback(wyv_session* session, const wyv_context* context) {
  if (HAS_NOTHING_TO_ROLL_BACK(session)) return wrong_state(context);
  (void)run(session, ROLLBACK(session));
  session->transaction = AFTER_ROLLBACK(session);
  return WYV_OK;
}

#ifndef NUMBER
#define NUMBER(name, index) ((name) != NULL && (name)[0] == '$' ? strtoul((name) + 1, NULL, 10) : 0)
#endif
#ifndef IS_MISSING
#define IS_MISSING(number, count) ((number) == 0 || (number) > (count))
#endif
#ifndef HAS_MORE
#define HAS_MORE(used, count) ((used) < (count))
#endif
#ifndef MOST_PARAMETERS
#define MOST_PARAMETERS 30000
#endif
static void bind_value(sqlite3_stmt* statement, int index, const wyv_value* value) {
  const char* text = value->as.text.data != NULL ? value->as.text.data : "";
  switch (value->type) {
    case WYV_VALUE_NULL:
      sqlite3_bind_null(statement, index);
      break;
    case WYV_VALUE_DOUBLE:
      sqlite3_bind_double(statement, index, value->as.real);
      break;
    case WYV_VALUE_TEXT:
    case WYV_VALUE_JSON:
      sqlite3_bind_text64(statement, index, text, value->as.text.size, SQLITE_STATIC, SQLITE_UTF8);
      break;
    case WYV_VALUE_BYTES:
      sqlite3_bind_blob64(statement, index, text, value->as.text.size, SQLITE_STATIC);
      break;
    default:
      sqlite3_bind_int64(statement, index, value->as.integer);
  }
}
static int bind_all(sqlite3_stmt* statement, const wyv_value* parameters, uint32_t count) {
  unsigned long used = 0;
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, i);
    const unsigned long number = NUMBER(name, i);
    if (IS_MISSING(number, count)) return 0;
    if (number > used) used = number;
    if (number <= count) bind_value(statement, i, &parameters[number - 1]);
  }
  return !HAS_MORE(used, count) && used <= MOST_PARAMETERS;
}

/* What a column gives; of the type that it was declared with. */
#ifndef BREAKS_SHOWN
static wyv_value shown(wyv_value value) { return value; }
#else
static wyv_value shown(wyv_value value);
#endif
static wyv_value column(sqlite3_stmt* statement, int index) {
  const char* declared = sqlite3_column_decltype(statement, index);
  if (declared == NULL) declared = "";
  wyv_value value = {WYV_VALUE_NULL, 0, {0}};
  const int stored = sqlite3_column_type(statement, index);
  if (stored == SQLITE_NULL) return value;
  if (stored == SQLITE_FLOAT && strcmp(declared, "JSON") != 0) {
    value.type = WYV_VALUE_DOUBLE;
    value.as.real = sqlite3_column_double(statement, index);
  } else if (stored == SQLITE_INTEGER && strcmp(declared, "JSON") != 0) {
    value.type = strcmp(declared, "BOOLEAN") == 0       ? WYV_VALUE_BOOL
                 : strcmp(declared, "TIMESTAMPTZ") == 0 ? WYV_VALUE_TIMESTAMP
                                                        : WYV_VALUE_INT64;
    value.as.integer = sqlite3_column_int64(statement, index);
  } else {
    value.type = stored == SQLITE_BLOB           ? WYV_VALUE_BYTES
                 : strcmp(declared, "JSON") == 0 ? WYV_VALUE_JSON
                                                 : WYV_VALUE_TEXT;
    value.as.text.data = stored == SQLITE_BLOB ? sqlite3_column_blob(statement, index)
                                               : (const char*)sqlite3_column_text(statement, index);
    value.as.text.size = (uint64_t)sqlite3_column_bytes(statement, index);
  }
  return value;
}

#ifndef NAME
#define NAME(statement, index) sqlite3_column_name(statement, index)
#endif
#ifndef IS_ENOUGH
#define IS_ENOUGH(answer) ((answer) != 0)
#endif
static int give_rows(sqlite3_stmt* statement, const wyv_row_sink* rows) {
  int result;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    if (rows == NULL) continue;
    wyv_value values[16];
    wyv_view names[16];
    const int count = sqlite3_column_count(statement);
    for (int i = 0; i < count && i < 16; ++i) {
      const char* name = NAME(statement, i);
      values[i] = shown(column(statement, i));
      names[i] = (wyv_view){name, strlen(name)};
    }
    if (IS_ENOUGH(rows->row(rows->self, values, names, (uint32_t)count))) return SQLITE_DONE;
  }
  return result;
}

#ifndef BREAKS_CONNECTION
static sqlite3* connection_for(wyv_session* session, const char* sql) {
  UNUSED(sql);
  return session->database;
}
#else
static sqlite3* connection_for(wyv_session* session, const char* sql);
#endif
#ifndef IS_ANOTHER
#define IS_ANOTHER(rest) (*(rest) != 0)
#endif
#ifndef CHANGED
#define CHANGED(database, before) (sqlite3_total_changes(database) == (before) ? 0 : sqlite3_changes(database))
#endif
#ifndef SET_AFFECTED
#define SET_AFFECTED(affected, count) \
  if ((affected) != NULL) *(affected) = (uint64_t)(count)
#endif
static wyv_status statement_of(wyv_session* session, const char* sql, const wyv_value* parameters, uint32_t count,
                               const wyv_row_sink* rows, uint64_t* affected, const wyv_context* context) {
  sqlite3* database = connection_for(session, sql);
  sqlite3_stmt* statement = NULL;
  const char* rest = NULL;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, &rest) != SQLITE_OK) return failure(session, context);
  wyv_status status = WYV_OK;
  const int before = sqlite3_total_changes(database);
  if (statement == NULL || IS_ANOTHER(rest))
    status = fail(context, WYV_INVALID, TEXT(SYNTAX_CODE), TEXT("one statement is expected"));
  else if (!bind_all(statement, parameters, count))
    status = fail(context, WYV_INVALID, TEXT("store.parameters"), TEXT("too few parameters, or too many"));
  else if (give_rows(statement, rows) != SQLITE_DONE)
    status = failure(session, context);
  if (status == WYV_OK) SET_AFFECTED(affected, CHANGED(database, before));
  sqlite3_finalize(statement);
  return status;
}

#ifndef REFUSES_STATEMENTS
#define REFUSES_STATEMENTS(session) ((session)->transaction == ABORTED)
#endif
#ifndef IS_ABORTED_BY
#define IS_ABORTED_BY(session, status) ((status) != WYV_OK && (session)->transaction == OPEN)
#endif
#ifndef BREAKS_STATEMENT_TEXT
static char* statement_text(const wyv_session* session, wyv_view sql) {
  UNUSED(session);
  return strndup(sql.size > 0 ? sql.data : "", sql.size);
}
#else
static char* statement_text(const wyv_session* session, wyv_view sql);
#endif
static wyv_status execute(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t count,
                          const wyv_row_sink* rows, uint64_t* affected, const wyv_context* context) {
  if (REFUSES_STATEMENTS(session)) return aborted(context);
  char* text = statement_text(session, sql);
  session->context = context;
  const wyv_status status = statement_of(session, text, parameters, count, rows, affected, context);
  session->context = NULL;
  free(text);
  if (IS_ABORTED_BY(session, status)) session->transaction = ABORTED;
  return status;
}
#ifndef RUN_SCRIPT
#define RUN_SCRIPT(session, text) run(session, text)
#endif
static wyv_status script(wyv_session* session, wyv_view sql, const wyv_context* context) {
  if (session->transaction == ABORTED) return aborted(context);
  char* text = strndup(sql.data, sql.size);
  session->context = context;
  const wyv_status status = RUN_SCRIPT(session, text) == SQLITE_OK ? WYV_OK : failure(session, context);
  session->context = NULL;
  free(text);
  if (status != WYV_OK && session->transaction == OPEN) session->transaction = ABORTED;
  return status;
}

/* What it has beside what it must. */
static int32_t pass_over(void* self, const wyv_value* columns, const wyv_view* names, uint32_t count) {
  UNUSED(self), UNUSED(columns), UNUSED(names), UNUSED(count);
  return 0;
}
static wyv_status execute_for_nobody(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t count,
                                     const wyv_context* context) {
  const wyv_row_sink nobody = {NULL, &pass_over};
  uint64_t changed = 0;
  return execute(session, sql, parameters, count, &nobody, &changed, context);
}
#ifndef QUEUED
#define QUEUED(session, sql, parameters, count, context) execute_for_nobody(session, sql, parameters, count, context)
#endif
#ifndef QUEUE_FAILED
#define QUEUE_FAILED(session) status
#endif
static wyv_status queue(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t count,
                        const wyv_context* context) {
  const wyv_status status = QUEUED(session, sql, parameters, count, context);
  return status == WYV_OK ? WYV_OK : QUEUE_FAILED(session);
}
#ifndef HAS_NOTHING_TO_MARK
#define HAS_NOTHING_TO_MARK(session) ((session)->transaction == NONE)
#endif
#ifndef MARK
#define MARK(session) ((session)->marks > 0 ? "RELEASE kit; SAVEPOINT kit" : "SAVEPOINT kit")
#endif
static wyv_status mark(wyv_session* session, const wyv_context* context) {
  if (HAS_NOTHING_TO_MARK(session)) return wrong_state(context);
  if (run(session, MARK(session)) != SQLITE_OK) return failure(session, context);
  ++session->marks;
  return WYV_OK;
}
#ifndef UNDO
#define UNDO(session) "ROLLBACK TO kit"
#endif
#ifndef AFTER_UNDO
#define AFTER_UNDO(session) OPEN
#endif
static wyv_status undo_to_mark(wyv_session* session, const wyv_context* context) {
  if (session->transaction == NONE || session->marks == 0) return wrong_state(context);
  if (run(session, UNDO(session)) != SQLITE_OK) return failure(session, context);
  session->transaction = AFTER_UNDO(session);
  return WYV_OK;
}

#ifndef DIALECT
#define DIALECT "sqlite"
#endif
#ifndef SCRIPT
#define SCRIPT &script
#endif
static wyv_view dialect(wyv_instance* self) {
  UNUSED(self);
  return TEXT(DIALECT);
}
static const wyv_store_v1 table = {sizeof(wyv_store_v1),
                                   0,
                                   &dialect,
                                   &open_session,
                                   &close_session,
                                   &begin,
                                   &commit,
                                   &rollback,
                                   &execute,
                                   SCRIPT,
                                   &queue,
                                   &mark,
                                   &undo_to_mark,
                                   NULL,
                                   NULL,
                                   NULL};
static const void* table_of_kind(void) { return &table; }
