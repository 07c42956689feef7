/* Says that what was replaced was stopped. */
#define REPLACED "stopped"
#include "good/engine.h"
