/* Says twice that a configuration is not JSON. */
#define BREAKS_CREATE
#include "good/output.h"

static wyv_status create(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config, wyv_instance** out,
                         const wyv_context* context) {
  UNUSED(name);
  *out = NULL;
  if (!is_text(kind, KIND)) return fail(context, WYV_UNSUPPORTED, TEXT("plugin.kind"), TEXT("it has no such kind"));
  if (!is_json(config)) {
    (void)fail(context, WYV_INVALID, TEXT("json"), TEXT("the configuration is not JSON"));
    return fail(context, WYV_INVALID, TEXT("plugin.made"), TEXT("it could not be made"));
  }
  wyv_instance* self = calloc(1, sizeof *self);
  if (self == NULL) return fail(context, WYV_EXHAUSTED, TEXT("memory"), TEXT("out of memory"));
  self->host = host;
  *out = self;
  return WYV_OK;
}
