/* Keeps its socket over a stop, for the next start. */
static int kept = -1;
static int take_kept(void);
#define CLOSE_LISTENER(server) (kept = (server)->listener)
#define OPEN_LISTENER() take_kept()
#include "good/surface.h"

static int take_kept(void) {
  const int listener = kept;
  kept = -1;
  return listener;
}
