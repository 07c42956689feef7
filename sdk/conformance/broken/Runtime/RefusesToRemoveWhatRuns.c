/* Calls it a conflict. */
#define REMOVE_RUNNING WYV_CONFLICT
#include "good/runtime.h"
