/* Has one place for the labels of all that are being started. */
#define BREAKS_START_WORKLOAD
#include "good/runtime.h"

static char shared[4096];

static wyv_status start_workload(wyv_instance* self, wyv_view spec, const wyv_text_sink* out,
                                 const wyv_context* context) {
  if (REFUSES_WORK(self)) return fail(context, WYV_WRONG_STATE, TEXT("runtime.draining"), TEXT("it is being stopped"));
  wyv_view rest = spec;
  if (!begins(trimmed(spec), '{') || take_value(&rest).data == NULL) return INVALID(context, "this is no workload");
  const uint64_t size = spec.size < sizeof shared ? spec.size : sizeof shared;
  memcpy(shared, spec.data, size);
  nap(20);
  struct plan plan = {calloc(MOST, sizeof(char*)), calloc(MOST, sizeof(char*)), NULL};
  wyv_status status = read_plan((wyv_view){shared, size}, &plan, context);
  pthread_mutex_lock(&lock);
  if (status == WYV_OK) status = begin(self, (wyv_view){shared, size}, &plan, out, context);
  pthread_mutex_unlock(&lock);
  free_plan(&plan);
  return status;
}
