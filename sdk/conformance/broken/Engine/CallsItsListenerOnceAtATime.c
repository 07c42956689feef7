/* Tells of its outputs from a thread of their own. */
struct engine;
static void tell_of_outputs(struct engine* engine, const char* event);
#define DELIVER(engine, event) tell_of_outputs(engine, event)
#include "good/engine.h"

static void* of_outputs(void* engine) {
  const wyv_engine_listener* listener = ((struct engine*)engine)->listener;
  listener->event(listener->self, TEXT("{\"type\":\"output_changed\",\"output\":\"main\",\"state\":\"live\"}"));
  return NULL;
}
static void tell_of_outputs(struct engine* engine, const char* event) {
  pthread_t thread;
  if (strstr(event, "item_started") == NULL || pthread_create(&thread, NULL, &of_outputs, engine) != 0) return;
  pthread_detach(thread);
}
