/* Leaves *out as it was when a configuration is not JSON. */
#define BREAKS_CREATE
#include "good/output.h"

static wyv_status create(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config, wyv_instance** out,
                         const wyv_context* context) {
  UNUSED(name);
  if (is_text(kind, KIND) && !is_json(config))
    return fail(context, WYV_INVALID, TEXT("json"), TEXT("the configuration is not JSON"));
  *out = NULL;
  if (!is_text(kind, KIND)) return fail(context, WYV_UNSUPPORTED, TEXT("plugin.kind"), TEXT("it has no such kind"));
  wyv_instance* self = calloc(1, sizeof *self);
  if (self == NULL) return fail(context, WYV_EXHAUSTED, TEXT("memory"), TEXT("out of memory"));
  self->host = host;
  *out = self;
  return WYV_OK;
}
