/* Loses the last frame of the first clip. */
#define FRAMES_SENT(engine) ((engine)->sent - ((engine)->sent == 25 && (engine)->index == 0))
#include "good/engine.h"
