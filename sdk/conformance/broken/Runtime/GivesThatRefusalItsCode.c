/* Has a code of its own for it. */
#define ALREADY_CODE "runtime.conflict"
#include "good/runtime.h"
