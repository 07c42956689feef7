/* Plays every clip from its beginning. */
#define IN_POINT(item) ((void)(item), 0)
#include "good/engine.h"
