/* Tells each end twice. */
#define BREAKS_TELL
#include "good/runtime.h"

static void tell(const struct runtime* runtime, const struct workload* workload) {
  char* described = describe(workload);
  for (int i = 0; i < 2; ++i)
    if (runtime->listener.changed != NULL) runtime->listener.changed(runtime->listener.self, view_of(described));
  free(described);
}
