/* Says that it plays when nothing of a list can be played. */
#define WHEN_NOTHING(engine) ((engine)->state = PLAYING)
#include "good/engine.h"
