/* Breaks nothing. */
#include "good/engine.h"
