/* Cancels calls only when it stops. */
#define CANCELS_WHEN_LEFT (server->stopping)
#include "good/surface.h"
