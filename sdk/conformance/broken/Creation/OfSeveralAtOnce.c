/* Has one place for all its instances, which the first to go takes along. */
#define BREAKS_MADE
#define BREAKS_PREPARE
#define BREAKS_DESTROY
#include "good/output.h"

static int count;
static int gone;
static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(self);
  UNUSED(config);
  ++count;
  return WYV_OK;
}
static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  if (gone) return fail(context, WYV_INTERNAL, TEXT("gone"), TEXT("gone"));
  self->phase = PREPARED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) {
  gone = --count > 0;
  free(self);
}
