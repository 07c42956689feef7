/* Has room for sixteen connections. */
#define MOST_CONNECTIONS 16
#include "good/surface.h"
