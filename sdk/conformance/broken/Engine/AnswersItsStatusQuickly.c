/* Waits before it tells its status. */
#define BEFORE_STATUS wait_60_ms()
static void wait_60_ms(void);
#include "good/engine.h"

static void wait_60_ms(void) {
  const struct timespec pause = {0, 60000000};
  nanosleep(&pause, NULL);
}
