/* Waits for bodies of any size. */
#define BODY_LIMIT 100000000
#include "good/surface.h"
