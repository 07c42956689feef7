/* Starts a thread when it is loaded. */
#include <pthread.h>
#include <unistd.h>

#define BREAKS_LOADED
#include "good/output.h"

static void* idle(void* nothing) {
  pause();
  return nothing;
}
static void loaded(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, &idle, NULL);
}
