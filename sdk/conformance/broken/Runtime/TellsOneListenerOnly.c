/* Tells the listener before the last one too. */
#define BREAKS_LISTEN
#define BREAKS_TELL
#include "good/runtime.h"

static wyv_workload_listener before;

static wyv_status listen_to(wyv_instance* self, const wyv_workload_listener* listener, const wyv_context* context) {
  UNUSED(context);
  const wyv_workload_listener none = {NULL, NULL};
  pthread_mutex_lock(&telling);
  before = listener != NULL ? of(self)->listener : none;
  of(self)->listener = listener != NULL ? *listener : none;
  pthread_mutex_unlock(&telling);
  return WYV_OK;
}
static void tell(const struct runtime* runtime, const struct workload* workload) {
  char* described = describe(workload);
  if (before.changed != NULL) before.changed(before.self, view_of(described));
  if (runtime->listener.changed != NULL) runtime->listener.changed(runtime->listener.self, view_of(described));
  free(described);
}
