/* The life of a good plugin in plain C, of which a broken one replaces a part: it defines BREAKS_<PART> before it
 * includes the header of its kind, and the function of that name behind it. That header defines KIND and SERVICE. */
#include <stdlib.h>
#include <string.h>

#include "wyvern/abi/plugin.h"

#define UNUSED(name) (void)(name)
#define TEXT(literal) \
  (wyv_view) { literal, sizeof(literal) - 1 }

enum phase { CREATED, PREPARED, STARTED };
struct wyv_instance {
  const wyv_host* host;
  enum phase phase;
  int lives;
  void* extra; /* for broken ones */
};

static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message);
static int is_text(wyv_view view, const char* text) {
  return view.size == strlen(text) && memcmp(view.data, text, view.size) == 0;
}
static const void* host_table(const wyv_instance* self, wyv_view name) {
  return self->host->query(self->host->self, name);
}
static void say(const wyv_instance* self, int32_t level, wyv_view message, wyv_view fields) {
  const wyv_host_log_v1* log = host_table(self, TEXT("wyvern.host.log/1"));
  if (log != NULL) log->write(self->host->self, level, message, TEXT(""), fields);
}
static void measure(const wyv_instance* self, int32_t type, wyv_view name, double value) {
  const wyv_host_metrics_v1* metrics = host_table(self, TEXT("wyvern.host.metrics/1"));
  if (metrics != NULL) (void)metrics->set(self->host->self, type, name, TEXT("{\"name\":\"a\"}"), value);
}

static void loaded(void);
static wyv_status made(wyv_instance* self, wyv_view config);
static wyv_status create(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config, wyv_instance** out,
                         const wyv_context* context);
static wyv_status prepare(wyv_instance* self, const wyv_context* context);
static wyv_status start(wyv_instance* self, const wyv_context* context);
static wyv_status drain(wyv_instance* self, const wyv_context* context);
static wyv_status stop(wyv_instance* self, const wyv_context* context);
static void destroy(wyv_instance* self);
static const void* service(wyv_instance* self, wyv_view name);
/* The table of the kind; made where its functions are. */
static const void* table_of_kind(void);

#ifndef MAGIC
#define MAGIC WYV_PLUGIN_MAGIC
#endif
#ifndef STRUCT_SIZE
#define STRUCT_SIZE sizeof(wyv_plugin)
#endif
#ifndef ABI_MAJOR
#define ABI_MAJOR WYV_ABI_MAJOR
#endif
#ifndef ABI_MINOR
#define ABI_MINOR WYV_ABI_MINOR
#endif
#ifndef ID
#define ID WYVERN_PLUGIN_ID
#endif
#ifndef VERSION
#define VERSION WYVERN_PLUGIN_VERSION
#endif
#ifndef DRAIN
#define DRAIN &drain
#endif

static const wyv_view kinds[] = {{KIND, sizeof(KIND) - 1}};
static const wyv_plugin plugin = {MAGIC,
                                  STRUCT_SIZE,
                                  ABI_MAJOR,
                                  ABI_MINOR,
                                  {ID, sizeof(ID) - 1},
                                  {VERSION, sizeof(VERSION) - 1},
                                  kinds,
                                  1,
                                  0,
                                  &create,
                                  &prepare,
                                  &start,
                                  DRAIN,
                                  &stop,
                                  &destroy,
                                  &service};

#ifndef BREAKS_ENTRY
__attribute__((visibility("default"))) const wyv_plugin* wyvern_plugin(void) { return &plugin; }
#endif

__attribute__((constructor)) static void on_load(void) { loaded(); }
#ifndef BREAKS_LOADED
static void loaded(void) {}
#endif

#ifndef BREAKS_FAIL
static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message) {
  const wyv_error error = {sizeof(wyv_error), status, code, message, TEXT(""), 0};
  context->report(context->self, &error);
  return status;
}
#endif

/* The host checks a configuration against the schema before; this is for what is no JSON at all. */
#ifndef BREAKS_IS_JSON
static int is_json(wyv_view config) {
  return config.size >= 2 && config.data[0] == '{' && config.data[config.size - 1] == '}';
}
#else
static int is_json(wyv_view config);
#endif

#ifndef BREAKS_MADE
static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(self);
  UNUSED(config);
  return WYV_OK;
}
#endif

#ifndef BREAKS_CREATE
static wyv_status create(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config, wyv_instance** out,
                         const wyv_context* context) {
  UNUSED(name);
  *out = NULL;
  if (!is_text(kind, KIND)) return fail(context, WYV_UNSUPPORTED, TEXT("plugin.kind"), TEXT("it has no such kind"));
  if (!is_json(config)) return fail(context, WYV_INVALID, TEXT("json"), TEXT("the configuration is not JSON"));
  wyv_instance* self = calloc(1, sizeof *self);
  if (self == NULL) return fail(context, WYV_EXHAUSTED, TEXT("memory"), TEXT("out of memory"));
  self->host = host;
  const wyv_status status = made(self, config);
  if (status != WYV_OK) {
    free(self);
    return fail(context, status, TEXT("plugin.made"), TEXT("it could not be made"));
  }
  *out = self;
  return WYV_OK;
}
#endif

#ifndef BREAKS_REFUSE_ORDER
static wyv_status refuse_order(const wyv_context* context) {
  return fail(context, WYV_WRONG_STATE, TEXT("lifecycle.order"), TEXT("called out of order"));
}
#else
static wyv_status refuse_order(const wyv_context* context);
#endif

#ifndef BREAKS_PREPARE
static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  self->phase = PREPARED;
  return WYV_OK;
}
#endif
#ifndef BREAKS_START
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  say(self, WYV_LOG_INFO, TEXT("started"), TEXT("{\"lives\":1}"));
  measure(self, WYV_METRIC_COUNTER, TEXT("broken_starts_total"), self->lives);
  measure(self, WYV_METRIC_GAUGE, TEXT("broken_running"), 1);
  return WYV_OK;
}
#endif
#ifndef BREAKS_DRAIN
static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  return self->phase == STARTED ? WYV_OK : refuse_order(context);
}
#endif
#ifndef BREAKS_STOP
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  return WYV_OK;
}
#endif
#ifndef BREAKS_DESTROY
static void destroy(wyv_instance* self) {
  if (self != NULL) (void)stop(self, NULL);
  free(self);
}
#endif
#ifndef BREAKS_SERVICE
static const void* service(wyv_instance* self, wyv_view name) {
  UNUSED(self);
  return is_text(name, SERVICE) ? table_of_kind() : NULL;
}
#endif
