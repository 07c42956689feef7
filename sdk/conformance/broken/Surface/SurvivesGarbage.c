/* Is deaf after a request that is none. */
#define WHEN_MALFORMED(server) ((server)->deaf = 1)
#include "good/surface.h"
