/* Takes null for a parameter that is missing. */
#define IS_MISSING(number, count) 0
#include "good/store.h"
