/* Calls an unknown path a bad request. */
#define UNKNOWN_PATH 400
#include "good/surface.h"
