/* Goes on as ever after drain. */
#define DRAINS 0
#include "good/surface.h"
