/* Sees an end a third of a second late. */
#define DESCRIBED_STATE(workload) (is_long_over(workload) ? "exited" : "running")
struct workload;
static int is_long_over(const struct workload* workload);
#define BREAKS_TELL
#include "good/runtime.h"

static int is_long_over(const struct workload* workload) {
  const char* at = workload->end != NULL ? strstr(workload->end, "\"ended_us\":") : NULL;
  return at != NULL && now_us(CLOCK_REALTIME) > atoll(at + 11) + 300000;
}
static void tell(const struct runtime* runtime, const struct workload* workload) {
  nap(400);
  char* described = describe(workload);
  if (runtime->listener.changed != NULL) runtime->listener.changed(runtime->listener.self, view_of(described));
  free(described);
}
