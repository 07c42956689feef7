/* Tells of the end a moment after it has left the air. */
struct engine;
static void tell_later(struct engine* engine, char** events, int count);
#define TELL_THE_REST(engine, events, count) tell_later(engine, events, count)
#include "good/engine.h"

static void* tell_the_last(void* self) {
  const wyv_engine_listener* listener = self;
  const struct timespec pause = {0, 50000000};
  nanosleep(&pause, NULL);
  listener->event(listener->self, TEXT("{\"type\":\"playback_ended\",\"frame\":1000000}"));
  return NULL;
}
static void tell_later(struct engine* engine, char** events, int count) {
  pthread_t thread;
  tell_all(engine, events, count);
  if (count > 1 && pthread_create(&thread, NULL, &tell_the_last, (void*)engine->listener) == 0) pthread_detach(thread);
}
