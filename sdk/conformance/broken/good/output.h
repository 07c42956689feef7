/* A good output; see lifecycle.h for how a broken one replaces a part. */
#include "wyvern/abi/output.h"

#ifndef KIND
#define KIND "output"
#endif
#define SERVICE WYV_OUTPUT_SERVICE
#include "good/lifecycle.h"

static wyv_status check(wyv_instance* self, wyv_view config, const wyv_context* context);
static wyv_status claims(wyv_instance* self, wyv_view config, const wyv_text_sink* out, const wyv_context* context);
static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context);
static wyv_status requirements(wyv_instance* self, wyv_view config, const wyv_text_sink* out,
                               const wyv_context* context);

static const wyv_output_v1 table = {sizeof(wyv_output_v1), 0, &check, &claims, &render, &requirements};
static const void* table_of_kind(void) { return &table; }

#ifndef BREAKS_CHECK
static wyv_status check(wyv_instance* self, wyv_view config, const wyv_context* context) {
  UNUSED(self);
  return is_json(config) ? WYV_OK : fail(context, WYV_INVALID, TEXT("json"), TEXT("the configuration is not JSON"));
}
#endif
#ifndef BREAKS_CLAIMS
static wyv_status claims(wyv_instance* self, wyv_view config, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(context);
  out->write(out->self, TEXT("[\"broken:1\"]"));
  return WYV_OK;
}
#endif
#ifndef BREAKS_RENDER
static wyv_status render(wyv_instance* self, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                         const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  if (!is_text(engine, "gstreamer"))
    return fail(context, WYV_UNSUPPORTED, TEXT("output.engine"), TEXT("only gstreamer can make it"));
  out->write(out->self, TEXT("{\"takes\":\"mpegts\",\"elements\":[{\"factory\":\"fakesink\",\"properties\":"
                             "{\"name\":\"longsecret\"}}],\"secrets\":[\"name\"],\"address\":\"nowhere\"}"));
  return WYV_OK;
}
#endif
#ifndef BREAKS_REQUIREMENTS
static wyv_status requirements(wyv_instance* self, wyv_view config, const wyv_text_sink* out,
                               const wyv_context* context) {
  UNUSED(self);
  UNUSED(config);
  UNUSED(context);
  out->write(out->self, TEXT("{\"devices\":[],\"mounts\":[],\"env\":{},\"ports\":[]}"));
  return WYV_OK;
}
#endif
