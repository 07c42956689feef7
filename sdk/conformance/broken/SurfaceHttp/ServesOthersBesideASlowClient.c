/* Reads from nobody else while a request is half there. */
struct connection;
struct server;
static int is_first(const struct server* server, const struct connection* connection);
#define MAY_READ(server, connection) is_first(server, connection)
#include "good/surface.h"

static int is_first(const struct server* server, const struct connection* connection) {
  for (size_t i = 0; i < MOST_CONNECTIONS; ++i) {
    const struct connection* other = server->connections[i];
    if (other == NULL || other == connection || other->left || other->answered) continue;
    if (other->in_size > 0 && other->in[0] == 'G') return 0;
  }
  return 1;
}
