/* Does not say who runs. */
#define ALREADY_CAUSE(handle) TEXT("")
#include "good/runtime.h"
