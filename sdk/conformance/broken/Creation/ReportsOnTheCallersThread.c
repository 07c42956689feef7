/* Lets a thread of its own report. */
#include <pthread.h>

#define BREAKS_FAIL
#include "good/output.h"

struct task {
  const wyv_context* context;
  wyv_error error;
};
static void* report(void* data) {
  const struct task* task = data;
  task->context->report(task->context->self, &task->error);
  return NULL;
}
static wyv_status fail(const wyv_context* context, wyv_status status, wyv_view code, wyv_view message) {
  struct task task = {context, {sizeof(wyv_error), status, code, message, TEXT(""), 0}};
  pthread_t thread;
  if (pthread_create(&thread, NULL, &report, &task) == 0) pthread_join(thread, NULL);
  return status;
}
