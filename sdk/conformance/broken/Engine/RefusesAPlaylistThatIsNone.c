/* Takes any playlist. */
#define LIST_IS_GOOD(good) ((void)(good), 1)
#include "good/engine.h"
