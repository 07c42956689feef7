/* Tells of an end before it knows how it went. */
#define BREAKS_TELL
#include "good/runtime.h"

static void tell(const struct runtime* runtime, const struct workload* workload) {
  struct workload told = *workload;
  told.end = (char*)"\"exit_code\":null,\"signal\":null,\"ended_us\":null";
  char* described = describe(&told);
  if (runtime->listener.changed != NULL) runtime->listener.changed(runtime->listener.self, view_of(described));
  free(described);
}
