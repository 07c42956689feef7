/* Answers a start with the number of another process. */
#define ANSWERED(text) with_another_pid(text)
static const char* with_another_pid(char* text);
#include "good/runtime.h"

static const char* with_another_pid(char* text) {
  char* pid = strstr(text, "\"pid\":");
  if (pid != NULL) pid[6] = pid[6] == '1' ? '2' : '1';
  return text;
}
