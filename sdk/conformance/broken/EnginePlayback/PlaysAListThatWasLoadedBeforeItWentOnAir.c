/* Forgets what was loaded when it goes on air. */
#define KEEPS_LOADED 0
#include "good/engine.h"
