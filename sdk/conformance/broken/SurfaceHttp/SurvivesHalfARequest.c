/* Is deaf after a request that was cut off. */
#define WHEN_CUT_OFF(connection) ((connection)->server->deaf = (connection)->in[0] == 'G')
#include "good/surface.h"
