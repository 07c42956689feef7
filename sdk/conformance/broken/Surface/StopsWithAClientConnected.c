/* Leaves the connections of silent clients open when it stops. */
#define CLOSE_CONNECTION(connection) \
  ((connection)->in_size > 0 || !(connection)->server->stopping ? close((connection)->socket) : 0)
#include "good/surface.h"
