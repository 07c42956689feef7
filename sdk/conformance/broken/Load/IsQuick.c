/* Takes its time when it is loaded. */
#include <time.h>

#define BREAKS_LOADED
#include "good/output.h"

static void loaded(void) {
  const struct timespec pause = {0, 300 * 1000 * 1000};
  nanosleep(&pause, NULL);
}
