/* Refuses a name that is longer than 32 bytes. */
#define BREAKS_CREATE
#include "good/output.h"

static wyv_status create(const wyv_host* host, wyv_view kind, wyv_view name, wyv_view config, wyv_instance** out,
                         const wyv_context* context) {
  *out = NULL;
  if (!is_text(kind, KIND)) return fail(context, WYV_UNSUPPORTED, TEXT("plugin.kind"), TEXT("it has no such kind"));
  if (!is_json(config)) return fail(context, WYV_INVALID, TEXT("json"), TEXT("the configuration is not JSON"));
  if (name.size > 32) return fail(context, WYV_INVALID, TEXT("output.name"), TEXT("the name is too long"));
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fail(context, WYV_EXHAUSTED, TEXT("memory"), TEXT("out of memory"));
  (*out)->host = host;
  return WYV_OK;
}
