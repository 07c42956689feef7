/* Begins to count frames below zero. */
#define TOLD_FRAME(frame) ((frame) == 0 ? -1 : (frame))
#include "good/engine.h"
