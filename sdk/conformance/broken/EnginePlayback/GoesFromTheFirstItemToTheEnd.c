/* Calls the end of a list by another name. */
#define END_REASON "done"
#include "good/engine.h"
