/* Takes headers of any size. */
#define HEADER_LIMIT 100000000
#include "good/surface.h"
