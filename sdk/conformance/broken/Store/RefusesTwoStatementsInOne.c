/* Runs the first of several statements. */
#define IS_ANOTHER(rest) 0
#include "good/store.h"
