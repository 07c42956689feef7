/* Breaks nothing. */
#include "good/surface.h"
