/* Takes for granted that the host has a log. */
#define BREAKS_START
#include "good/output.h"

static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  const wyv_host_log_v1* log = host_table(self, TEXT("wyvern.host.log/1"));
  log->write(self->host->self, WYV_LOG_INFO, TEXT("started"), TEXT(""), TEXT(""));
  self->phase = STARTED;
  return WYV_OK;
}
