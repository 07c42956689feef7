/* Has a thread that logs after its instance is gone. */
#include <pthread.h>
#include <time.h>

#define BREAKS_START
#define BREAKS_DESTROY
#include "good/output.h"

static const wyv_host* host_of_late;
static void* late(void* nothing) {
  const struct timespec pause = {0, 20 * 1000 * 1000};
  nanosleep(&pause, NULL);
  (void)host_of_late->query(host_of_late->self, TEXT("wyvern.host.log/1"));
  return nothing;
}
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  self->phase = STARTED;
  ++self->lives;

  return WYV_OK;
}
static void destroy(wyv_instance* self) {
  /* After a life that nobody stopped and in which nothing was drained. */
  if (self->phase == STARTED && self->lives == 1) {
    pthread_t thread;
    host_of_late = self->host;
    if (pthread_create(&thread, NULL, &late, NULL) == 0) pthread_detach(thread);
  }
  free(self);
}
