/* Calls it a fault of its own. */
#define INVALID_STATUS WYV_INTERNAL
#include "good/runtime.h"
