/* Works at the root. */
#define DIRECTORY(plan) "/"
#include "good/runtime.h"
