/* Says that a list came to its end when it was stopped. */
#define STOP_REASON "end"
#include "good/engine.h"
