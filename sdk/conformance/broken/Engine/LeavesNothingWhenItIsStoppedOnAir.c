/* Leaves a thread behind when it leaves the air while something plays. */
static void leave_a_thread(void);
#define WHEN_OFF_AIR(engine) leave_a_thread()
#include "good/engine.h"

static void* stay(void* nothing) {
  for (;;) {
    const struct timespec long_pause = {1000, 0};
    nanosleep(&long_pause, NULL);
  }
  return nothing;
}
static void leave_a_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, &stay, NULL) == 0) pthread_detach(thread);
}
