/* Forgets connections without closing their sockets, once it has had four. */
static int closed;
#define CLOSE_CONNECTION(connection) (++closed < 4 ? close((connection)->socket) : 0)
#include "good/surface.h"
