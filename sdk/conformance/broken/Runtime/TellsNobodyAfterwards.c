/* Keeps a listener that is taken away. */
#define BREAKS_LISTEN
#include "good/runtime.h"

static wyv_status listen_to(wyv_instance* self, const wyv_workload_listener* listener, const wyv_context* context) {
  UNUSED(context);
  pthread_mutex_lock(&telling);
  if (listener != NULL) of(self)->listener = *listener;
  pthread_mutex_unlock(&telling);
  return WYV_OK;
}
