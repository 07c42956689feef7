/* Tells the address of the first instance for all. */
static int first_port;
#define TOLD_PORT(server) (first_port != 0 ? first_port : (first_port = (server)->port))
static void forget_first(void);
#define CLOSE_LISTENER(server) (close((server)->listener), forget_first())
#include "good/surface.h"

static void forget_first(void) { first_port = 0; }
