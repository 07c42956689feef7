/* Has no address. */
#define ADDRESS NULL
#include "good/surface.h"
