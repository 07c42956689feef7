/* Releases a call when its reader leaves, before its end. */
#define RELEASES_WHEN_LEFT(connection) (!(connection)->server->stopping && (connection)->out_size == 0)
#include "good/surface.h"
