/* Leaves a thread running for each start. */
#include <pthread.h>
#include <unistd.h>

#define BREAKS_START
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
  if (thread == NULL || pthread_create(thread, NULL, &idle, NULL) != 0) return WYV_EXHAUSTED;
  if (self->extra != NULL) {
    pthread_detach(*(pthread_t*)self->extra);
    free(self->extra);
  }
  self->extra = thread;
  return WYV_OK;
}
/* Not before destroy. */
static void destroy(wyv_instance* self) {
  if (self->extra != NULL) {
    pthread_cancel(*(pthread_t*)self->extra);
    pthread_join(*(pthread_t*)self->extra, NULL);
    free(self->extra);
  }
  free(self);
}
