/* Takes for granted that a log which was there at start is there at stop. */
#define BREAKS_START
#define BREAKS_STOP
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  if (host_table(self, TEXT("wyvern.host.log/1")) != NULL) self->extra = self;
  self->phase = STARTED;
  return WYV_OK;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  if (self->extra != NULL) {
    const wyv_host_log_v1* log = host_table(self, TEXT("wyvern.host.log/1"));
    log->write(self->host->self, WYV_LOG_INFO, TEXT("stopped"), TEXT(""), TEXT(""));
    self->extra = NULL;
  }
  self->phase = CREATED;
  return WYV_OK;
}
