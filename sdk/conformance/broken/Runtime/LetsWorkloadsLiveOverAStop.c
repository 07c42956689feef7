/* Ends all when it is stopped. */
#define AT_STOP(self) end_all(self)
#include "wyvern/abi/base.h"
static void end_all(wyv_instance* self);
#include "good/runtime.h"

static void end_all(wyv_instance* self) {
  struct dirent** handles = NULL;
  const int count = all_handles(self, &handles);
  for (int i = 0; i < count; ++i) {
    struct workload workload;
    size_t size = 0;
    if (look_up(self, handles[i]->d_name, &workload)) {
      if (workload.end == NULL) {
        kill(WHOLE(workload.pid), SIGKILL);
        while (read_whole(of(self)->dir, workload.handle, "end", &size) == NULL) nap(2);
      }
      forget(&workload);
    }
    free(handles[i]);
  }
  free(handles);
}
