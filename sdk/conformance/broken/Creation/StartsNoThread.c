/* Starts a thread in create. */
#include <pthread.h>
#include <unistd.h>

#define BREAKS_MADE
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/output.h"

static void* idle(void* nothing) {
  pause();
  return nothing;
}
static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(config);
  self->extra = malloc(sizeof(pthread_t));
  return self->extra != NULL && pthread_create(self->extra, NULL, &idle, NULL) == 0 ? WYV_OK : WYV_EXHAUSTED;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) {
  pthread_cancel(*(pthread_t*)self->extra);
  pthread_join(*(pthread_t*)self->extra, NULL);
  free(self->extra);
  free(self);
}
