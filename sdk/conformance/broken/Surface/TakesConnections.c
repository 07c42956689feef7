/* Never listens on the port that it tells, in its first life. */
#define LISTENS(self) ((self)->lives > 1)
#include "good/surface.h"
