/* Releases the first two calls only. */
#define RELEASES(connection) ((connection)->server->requests < 3)
#include "good/surface.h"
