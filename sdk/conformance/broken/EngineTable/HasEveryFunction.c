/* Has no skip. */
#define SKIP_FUNCTION NULL
#include "good/engine.h"
