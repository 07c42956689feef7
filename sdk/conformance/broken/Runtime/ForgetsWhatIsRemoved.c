/* Removes the log only. */
#define REMOVE_FILES remove_log
static void remove_log(const char* dir, const char* handle);
#include "good/runtime.h"

static void remove_log(const char* dir, const char* handle) {
  char* path = path_of(dir, handle, "log");
  remove(path);
  free(path);
}
