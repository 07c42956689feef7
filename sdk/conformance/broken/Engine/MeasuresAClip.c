/* Takes a clip for half as long as it is. */
#define PROBED_MS "500"
#include "good/engine.h"
