/* Tells nothing. */
#define BREAKS_TELL
#include "good/runtime.h"

static void tell(const struct runtime* runtime, const struct workload* workload) {
  UNUSED(runtime);
  UNUSED(workload);
}
