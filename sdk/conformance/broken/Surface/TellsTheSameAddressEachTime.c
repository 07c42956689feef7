/* Tells its address with a number that rises. */
static int told;
#define ADDRESS_FORMAT "{\"url\":\"http://127.0.0.1:%d/api\",\"told\":%d}"
#define TOLD_PORT(server) (server)->port, ++told
#include "good/surface.h"
