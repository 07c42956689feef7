/* Reads from nobody else while an operation has not answered. */
struct connection;
struct server;
static int is_alone(const struct server* server, const struct connection* connection);
#define MAY_READ(server, connection) is_alone(server, connection)
#include "good/surface.h"

static int is_alone(const struct server* server, const struct connection* connection) {
  for (size_t i = 0; i < MOST_CONNECTIONS; ++i) {
    const struct connection* other = server->connections[i];
    if (other != NULL && other != connection && other->calling && !other->ended) return 0;
  }
  return 1;
}
