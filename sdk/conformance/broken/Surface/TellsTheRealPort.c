/* Tells the port that was configured: 0. */
#define TOLD_PORT(server) ((server)->port & 0)
#include "good/surface.h"
