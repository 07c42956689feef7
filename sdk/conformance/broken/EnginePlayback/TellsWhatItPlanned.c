/* Plans a frame too much. */
#define PLANNED(frames) ((frames) + 1)
#include "good/engine.h"
