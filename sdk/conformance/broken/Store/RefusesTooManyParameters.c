/* Leaves out what is too many. */
#define HAS_MORE(used, count) 0
#include "good/store.h"
