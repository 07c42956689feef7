/* Leaves its thread running when nobody stopped it before destroy. */
#include <pthread.h>
#include <unistd.h>

#define BREAKS_START
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/output.h"

static void* idle(void* nothing) {
  pause();
  return nothing;
}
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;
  pthread_t* thread = malloc(sizeof *thread);
  self->extra = thread;
  if (thread == NULL || pthread_create(thread, NULL, &idle, NULL) != 0) return WYV_EXHAUSTED;
  return WYV_OK;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  if (self->extra == NULL) return WYV_OK;
  pthread_cancel(*(pthread_t*)self->extra);
  pthread_join(*(pthread_t*)self->extra, NULL);
  free(self->extra);
  self->extra = NULL;
  return WYV_OK;
}
static void destroy(wyv_instance* self) { free(self); }
