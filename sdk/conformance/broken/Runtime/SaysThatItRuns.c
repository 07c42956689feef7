/* Answers a start with a state of its own. */
#define ANSWERED(text) with_another_state(text)
static const char* with_another_state(char* text);
#include "good/runtime.h"

static const char* with_another_state(char* text) {
  char* state = strstr(text, "running");
  if (state != NULL) memcpy(state, "created", 7);
  return text;
}
