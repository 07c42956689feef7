/* A good runtime of processes; see lifecycle.h for how a broken one replaces a part, storage.h for the macros. All that
 * it knows stands in files; see keeper.h. */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>

#include "good/json.h"
#include "good/keeper.h"
#include "wyvern/abi/runtime.h"

#define KIND "runtime"
#define SERVICE WYV_RUNTIME_SERVICE
#define BREAKS_MADE
#define BREAKS_PREPARE
#define BREAKS_START
#define BREAKS_DRAIN
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/lifecycle.h"

struct runtime {
  char* dir;
  int draining, ending;
  pthread_t teller;
  wyv_workload_listener listener;
};
static struct runtime* of(wyv_instance* self) { return self->extra; }
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;      /* one start at a time */
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;   /* of the listener */
static pthread_mutex_t finishing = PTHREAD_MUTEX_INITIALIZER; /* of a teller */

/* WYV_OK, or why a call may not go on. */
static wyv_status terms(const wyv_context* context) {
  if (context->cancelled(context->self)) return fail(context, WYV_CANCELLED, TEXT("call.cancelled"), TEXT("withdrawn"));
  const int late = context->deadline_ns / 1000 <= now_us(CLOCK_MONOTONIC);
  return late ? fail(context, WYV_TIMEOUT, TEXT("call.timeout"), TEXT("too late")) : WYV_OK;
}

/* A handle is the time of the start in nanoseconds. */
struct workload {
  const char* handle;
  char* labels;
  char* end; /* what is known of it; null while it runs */
  pid_t pid;
};
#ifndef IS_KNOWN
#define IS_KNOWN(self, handle) 1
#endif
static int look_up(wyv_instance* self, const char* handle, struct workload* workload) {
  size_t size = 0;
  char* pid = strspn(handle, "w-0123456789") == strlen(handle) && strlen(handle) > 2 && IS_KNOWN(self, handle)
                  ? read_whole(of(self)->dir, handle, "pid", &size)
                  : NULL;
  if (pid == NULL) return 0;
  *workload = (struct workload){handle, read_whole(of(self)->dir, handle, "labels", &size),
                                read_whole(of(self)->dir, handle, "end", &size), atoi(pid)};
  free(pid);
  return 1;
}
static void forget(struct workload* workload) {
  free(workload->labels);
  free(workload->end);
}
static int is_handle(const struct dirent* entry) { return strncmp(entry->d_name, "w-", 2) == 0; }
/* The handles of all, in the order in which they were started. */
static int all_handles(wyv_instance* self, struct dirent*** handles) {
  const int count = scandir(of(self)->dir, handles, &is_handle, &alphasort);
  return count < 0 ? 0 : count;
}

#ifndef DESCRIBED_STATE
#define DESCRIBED_STATE(workload) ((workload)->end != NULL ? "exited" : "running")
#endif
#ifndef DESCRIBED_LABELS
#define DESCRIBED_LABELS(workload) ((workload)->labels)
#endif
#ifndef DESCRIBED_START
#define DESCRIBED_START(workload) (atoll((workload)->handle + 2) / 1000)
#endif
/* To be freed. */
static char* describe(const struct workload* workload) {
  static const char running[] = "\"exit_code\":null,\"signal\":null,\"ended_us\":null";
  char* text = NULL;
  const int size =
      asprintf(&text, "{\"handle\":\"%s\",\"labels\":%s,\"state\":\"%s\",%s,\"started_us\":%lld,\"pid\":%d}",
               workload->handle, DESCRIBED_LABELS(workload), DESCRIBED_STATE(workload),
               workload->end != NULL ? workload->end : running, (long long)DESCRIBED_START(workload), workload->pid);
  return size < 0 ? NULL : text;
}
static void write_text(const wyv_text_sink* out, const char* text) {
  out->write(out->self, (wyv_view){text, strlen(text)});
}

#ifndef INVALID_STATUS
#define INVALID_STATUS WYV_INVALID
#endif
#ifndef INVALID
#define INVALID(context, text) fail(context, INVALID_STATUS, TEXT("runtime.invalid"), TEXT(text))
#endif
#ifndef IS_ARGUMENT
#define IS_ARGUMENT(text) 1
#endif
#ifndef INHERITED
#define INHERITED "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"
#endif
#ifndef HAS_VARIABLE
#define HAS_VARIABLE(name) 1
#endif
enum { MOST = 256 };
static void free_plan(struct plan* plan) {
  for (int i = 0; i < MOST; ++i) {
    free(plan->argv[i]);
    free(plan->env[i]);
  }
  free(plan->argv);
  free(plan->env);
  free(plan->directory);
}
static wyv_status read_plan(wyv_view spec, struct plan* plan, const wyv_context* context) {
  wyv_view rest = member(spec, "argv");
  wyv_view key;
  wyv_view value;
  if (!begins(rest, '[')) return INVALID(context, "argv: a list that begins with the program is expected");
  int count = 0;
  for (char* text = NULL; count < MOST - 1 && take_next(&rest, NULL, &value);) {
    if ((text = text_of(value)) == NULL) return INVALID(context, "argv: a text is expected");
    if (IS_ARGUMENT(text)) plan->argv[count++] = text;
  }
  if (count == 0) return INVALID(context, "argv: it names no program");
  static const char* const inherited[] = {INHERITED};
  count = 0;
  rest = member(spec, "env");
  if (rest.data != NULL && !begins(rest, '{')) return INVALID(context, "env: an object is expected");
  while (count < MOST / 2 && take_next(&rest, &key, &value)) {
    char* name = text_of(key);
    char* text = text_of(value);
    const int good = name != NULL && text != NULL;
    if (good && HAS_VARIABLE(name) && asprintf(&plan->env[count++], "%s=%s", name, text) < 0) return WYV_EXHAUSTED;
    free(name);
    free(text);
    if (!good) return INVALID(context, "env: a text is expected");
  }
  for (size_t i = 0; i < sizeof inherited / sizeof *inherited; ++i) {
    const char* text = getenv(inherited[i]);
    const int given = member(member(spec, "env"), inherited[i]).data != NULL;
    if (text != NULL && !given && asprintf(&plan->env[count++], "%s=%s", inherited[i], text) < 0) return WYV_EXHAUSTED;
  }
  plan->directory = text_of(member(spec, "directory"));
  return WYV_OK;
}

#ifndef IS_SAME
#define IS_SAME(workload, labels) (is_same_in("wyvern.kind") && is_same_in("wyvern.id") && is_same_in("wyvern.epoch"))
#endif
#define is_same_in(name) same_text(member(view_of((workload)->labels), name), member(labels, name))
#ifndef MAY_RUN_BESIDE
#define MAY_RUN_BESIDE(workload) ((workload)->end != NULL)
#endif
#ifndef ALREADY_STATUS
#define ALREADY_STATUS WYV_CONFLICT
#endif
#ifndef ALREADY_CODE
#define ALREADY_CODE "runtime.already_running"
#endif
#ifndef ALREADY_CAUSE
#define ALREADY_CAUSE(handle) ((wyv_view){handle, strlen(handle)})
#endif
static wyv_view view_of(const char* text) { return (wyv_view){text, strlen(text)}; }
static wyv_status refuse_second(wyv_instance* self, wyv_view labels, const wyv_context* context) {
  struct dirent** handles = NULL;
  const int count = all_handles(self, &handles);
  wyv_status status = WYV_OK;
  for (int i = 0; i < count; ++i) {
    struct workload found;
    struct workload* workload = &found;
    if (status == WYV_OK && look_up(self, handles[i]->d_name, workload)) {
      if (!MAY_RUN_BESIDE(workload) && IS_SAME(workload, labels)) {
        const wyv_error error = {
            sizeof error, ALREADY_STATUS, TEXT(ALREADY_CODE), TEXT("it runs already"), ALREADY_CAUSE(found.handle), 0};
        context->report(context->self, &error);
        status = ALREADY_STATUS;
      }
      forget(workload);
    }
    free(handles[i]);
  }
  free(handles);
  return status;
}

#ifndef REFUSES_WORK
#define REFUSES_WORK(self) (of(self)->draining)
#endif
#ifndef NO_PROGRAM
#define NO_PROGRAM(dir, handle) remove_files(dir, handle)
#endif
#ifndef ANSWERED
#define ANSWERED(text) (text)
#endif
#ifndef TOO_LATE
#define TOO_LATE(context) terms(context) /* before anything is begun */
#endif
#ifndef AFTER_START
#define AFTER_START(context) WYV_OK
#endif
#ifndef BETWEEN_LOOK_AND_START
#define BETWEEN_LOOK_AND_START
#endif
static wyv_status begin(wyv_instance* self, wyv_view spec, const struct plan* plan, const wyv_text_sink* out,
                        const wyv_context* context) {
  const char* dir = of(self)->dir;
  wyv_view labels = member(spec, "labels");
  if (labels.data == NULL) labels = TEXT("{}");
  if (!begins(labels, '{')) return INVALID(context, "labels: an object is expected");
  wyv_status status = TOO_LATE(context);
  if (status == WYV_OK) status = refuse_second(self, labels, context);
  if (status != WYV_OK) return status;
  BETWEEN_LOOK_AND_START;
  char handle[32];
  char* folder = NULL;
  do {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(handle, sizeof handle, "w-%lld%09ld", (long long)now.tv_sec, now.tv_nsec);
    free(folder);
    folder = path_of(dir, handle, "");
  } while (mkdir(folder, 0700) != 0 && errno == EEXIST);
  free(folder);
  write_whole(dir, handle, "labels", labels.data, labels.size);
  const pid_t pid = launch(dir, handle, plan);
  if (pid == 0) {
    NO_PROGRAM(dir, handle);
    return fail(context, WYV_NOT_FOUND, TEXT("runtime.no_program"), TEXT("the program cannot be executed"));
  }
  char text[16];
  write_whole(dir, handle, "pid", text, (size_t)snprintf(text, sizeof text, "%d", pid)); /* from now on it is listed */
  say(self, WYV_LOG_INFO, TEXT("a workload was started"), TEXT("{}"));
  struct workload workload = {handle, strndup(labels.data, labels.size), NULL, pid};
  char* described = describe(&workload);
  write_text(out, ANSWERED(described));
  free(described);
  forget(&workload);
  return AFTER_START(context);
}
#ifndef BREAKS_START_WORKLOAD
static wyv_status start_workload(wyv_instance* self, wyv_view spec, const wyv_text_sink* out,
                                 const wyv_context* context) {
  if (REFUSES_WORK(self)) return fail(context, WYV_WRONG_STATE, TEXT("runtime.draining"), TEXT("it is being stopped"));
  wyv_view rest = spec;
  if (!begins(trimmed(spec), '{') || take_value(&rest).data == NULL) return INVALID(context, "this is no workload");
  struct plan plan = {calloc(MOST, sizeof(char*)), calloc(MOST, sizeof(char*)), NULL};
  wyv_status status = read_plan(spec, &plan, context);
  pthread_mutex_lock(&lock);
  if (status == WYV_OK) status = begin(self, spec, &plan, out, context);
  pthread_mutex_unlock(&lock);
  free_plan(&plan);
  return status;
}
#else
static wyv_status start_workload(wyv_instance* self, wyv_view spec, const wyv_text_sink* out,
                                 const wyv_context* context);
#endif

static wyv_status not_found(const wyv_context* context) {
  return fail(context, WYV_NOT_FOUND, TEXT("runtime.not_found"), TEXT("there is no such workload"));
}
/* Calls `use` with the workload of that handle. */
#define UNKNOWN_IS(status_otherwise)                                         \
  char* name = strndup(handle.data != NULL ? handle.data : "", handle.size); \
  struct workload workload;                                                  \
  if (!look_up(self, name, &workload)) {                                     \
    free(name);                                                              \
    return status_otherwise;                                                 \
  }
#ifndef STOP_UNKNOWN
#define STOP_UNKNOWN not_found(context)
#endif
#ifndef REMOVE_UNKNOWN
#define REMOVE_UNKNOWN not_found(context)
#endif
#ifndef LOG_UNKNOWN
#define LOG_UNKNOWN not_found(context)
#endif
#ifndef STOP_ENDED
#define STOP_ENDED WYV_OK
#endif
#ifndef FIRST_SIGNAL
#define FIRST_SIGNAL SIGTERM
#endif
#ifndef GRACE_MS
#define GRACE_MS grace_ms
#endif
#ifndef LAST_SIGNAL
#define LAST_SIGNAL SIGKILL
#endif
#ifndef STOP_TERMS
#define STOP_TERMS terms(context)
#endif
#ifndef MAY_STOP
#define MAY_STOP(self, handle) 1
#endif
#ifndef IS_OVER
#define IS_OVER(ended, waited_us) (ended)
#endif
static wyv_status stop_workload(wyv_instance* self, wyv_view handle, uint32_t grace_ms, const wyv_context* context) {
  UNUSED(context);
  UNKNOWN_IS(STOP_UNKNOWN)
  wyv_status status = workload.end != NULL ? STOP_ENDED : WYV_OK;
  if (!MAY_STOP(self, name)) status = fail(context, WYV_UNSUPPORTED, TEXT("runtime.foreign"), TEXT("not its own"));
  const int64_t begun = now_us(CLOCK_MONOTONIC);
  if (workload.end == NULL && status == WYV_OK) kill(WHOLE(workload.pid), FIRST_SIGNAL);
  for (int ended = workload.end != NULL; !ended && status == WYV_OK;) {
    const int64_t waited = now_us(CLOCK_MONOTONIC) - begun;
    if (waited >= GRACE_MS * INT64_C(1000)) kill(WHOLE(workload.pid), LAST_SIGNAL);
    nap(2);
    size_t size = 0;
    char* end = read_whole(of(self)->dir, name, "end", &size);
    ended = IS_OVER(end != NULL, waited);
    free(end);
    if (!ended) status = STOP_TERMS;
  }
  forget(&workload);
  free(name);
  return status;
}

#ifndef REMOVE_RUNNING
#define REMOVE_RUNNING WYV_WRONG_STATE
#endif
#ifndef REMOVE_FILES
#define REMOVE_FILES remove_files
#endif
static wyv_status remove_workload(wyv_instance* self, wyv_view handle, const wyv_context* context) {
  UNUSED(context);
  UNKNOWN_IS(REMOVE_UNKNOWN)
  const int runs = workload.end == NULL;
  if (!runs) REMOVE_FILES(of(self)->dir, name);
  forget(&workload);
  free(name);
  return runs ? fail(context, REMOVE_RUNNING, TEXT("runtime.running"), TEXT("it runs; stop it first")) : WYV_OK;
}

#ifndef HAS_LABELS
#define HAS_LABELS(found, wanted) ((found) == (wanted))
#endif
#ifndef NTH
#define NTH(i) (i)
#endif
#ifndef MAY_LIST
#define MAY_LIST(labels) 1
#endif
static wyv_status list_workloads(wyv_instance* self, wyv_view labels, const wyv_text_sink* out,
                                 const wyv_context* context) {
  UNUSED(context);
  struct dirent** handles = NULL;
  const int count = all_handles(self, &handles);
  const char* separator = "";
  out->write(out->self, TEXT("["));
  for (int i = 0; i < count; ++i) {
    struct workload workload;
    if (!look_up(self, handles[NTH(i)]->d_name, &workload)) continue;
    wyv_view rest = labels;
    wyv_view key;
    wyv_view value;
    int wanted = 0;
    int found = 0;
    while (take_next(&rest, &key, &value)) {
      char* name = text_of(key);
      ++wanted;
      found += same_text(member(view_of(workload.labels), name), value);
      free(name);
    }
    if (HAS_LABELS(found, wanted) && MAY_LIST(labels)) {
      char* described = describe(&workload);
      write_text(out, separator);
      write_text(out, described);
      free(described);
      separator = ",";
    }
    forget(&workload);
  }
  for (int i = 0; i < count; ++i) free(handles[i]);
  free(handles);
  out->write(out->self, TEXT("]"));
  return WYV_OK;
}

#ifndef TAIL
#define TAIL(log, size, tail) ((wyv_view){(log) + (size) - (tail), tail})
#endif
#ifndef MAY_READ
#define MAY_READ(self, workload) 1
#endif
static wyv_status read_log(wyv_instance* self, wyv_view handle, uint64_t tail_bytes, const wyv_text_sink* out,
                           const wyv_context* context) {
  UNUSED(context);
  UNKNOWN_IS(LOG_UNKNOWN)
  size_t size = 0;
  char* log = read_whole(of(self)->dir, name, "log", &size);
  const size_t tail = size < tail_bytes ? size : tail_bytes;
  if (log != NULL && MAY_READ(self, &workload)) out->write(out->self, TAIL(log, size, tail));
  free(log);
  forget(&workload);
  free(name);
  return WYV_OK;
}

/* The teller tells the listener of ends; a file keeps that each is told once. */
#ifndef BREAKS_TELL
static void tell(const struct runtime* runtime, const struct workload* workload) {
  char* described = describe(workload);
  if (runtime->listener.changed != NULL) runtime->listener.changed(runtime->listener.self, view_of(described));
  free(described);
}
#else
static void tell(const struct runtime* runtime, const struct workload* workload);
#endif
static void tell_ends(wyv_instance* self) {
  struct dirent** handles = NULL;
  const int count = all_handles(self, &handles);
  for (int i = 0; i < count; ++i) {
    struct workload workload;
    if (look_up(self, handles[i]->d_name, &workload)) {
      char* path = path_of(of(self)->dir, workload.handle, "told");
      const int fresh = workload.end != NULL ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
      if (fresh >= 0) {
        close(fresh);
        pthread_mutex_lock(&telling);
        tell(of(self), &workload);
        pthread_mutex_unlock(&telling);
      }
      free(path);
      forget(&workload);
    }
    free(handles[i]);
  }
  free(handles);
}
static void* run_teller(void* instance) {
  for (int ending = 0; !ending; nap(5)) {
    tell_ends(instance);
    pthread_mutex_lock(&finishing);
    ending = of(instance)->ending;
    pthread_mutex_unlock(&finishing);
  }
  return NULL;
}
#ifndef BREAKS_LISTEN
static wyv_status listen_to(wyv_instance* self, const wyv_workload_listener* listener, const wyv_context* context) {
  UNUSED(context);
  pthread_mutex_lock(&telling);
  of(self)->listener = listener != NULL ? *listener : (wyv_workload_listener){NULL, NULL};
  pthread_mutex_unlock(&telling);
  return WYV_OK;
}
#else
static wyv_status listen_to(wyv_instance* self, const wyv_workload_listener* listener, const wyv_context* context);
#endif

static wyv_status made(wyv_instance* self, wyv_view config) {
  struct runtime* runtime = calloc(1, sizeof *runtime);
  if (runtime == NULL) return WYV_EXHAUSTED;
  runtime->dir = text_of(member(config, "state_dir"));
  self->extra = runtime;
  return WYV_OK;
}
static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (of(self)->dir == NULL || (mkdir(of(self)->dir, 0700) != 0 && errno != EEXIST))
    return fail(context, WYV_DENIED, TEXT("runtime.state_dir"), TEXT("state_dir: cannot make that folder"));
  self->phase = PREPARED;
  return WYV_OK;
}
#ifndef AT_START
#define AT_START(self)
#endif
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  AT_START(self);
  of(self)->draining = of(self)->ending = 0;
  if (pthread_create(&of(self)->teller, NULL, &run_teller, self) != 0)
    return fail(context, WYV_EXHAUSTED, TEXT("runtime.thread"), TEXT("no thread can be started"));
  self->phase = STARTED;
  return WYV_OK;
}
static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  of(self)->draining = 1;
  return WYV_OK;
}
#ifndef AT_STOP
#define AT_STOP(self)
#endif
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  if (self->phase == STARTED) {
    pthread_mutex_lock(&finishing);
    of(self)->ending = 1;
    pthread_mutex_unlock(&finishing);
    pthread_join(of(self)->teller, NULL);
    AT_STOP(self);
  }
  self->phase = CREATED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) {
  if (self == NULL) return;
  (void)stop(self, NULL);
  free(of(self)->dir);
  free(self->extra);
  free(self);
}

#ifndef REMOVE
#define REMOVE &remove_workload
#endif
static const wyv_runtime_v1 table = {sizeof(wyv_runtime_v1), 0,         &start_workload, &stop_workload, REMOVE,
                                     &list_workloads,        &read_log, &listen_to};
static const void* table_of_kind(void) { return &table; }
