/* Breaks nothing. */
#include "good/runtime.h"
