/* Does not tell how a clip is scanned. */
#define PROBED_SCAN ""
#include "good/engine.h"
