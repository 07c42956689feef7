/* Stops without a thought for the calls under way. */
#define ENDS_CALLS 0
#include "good/surface.h"
