/* Takes a key that leaves the root. */
#define MAY_CLIMB 1
#include "good/storage.h"
