/* Hands over what stands in the path without decoding it. */
#define DECODES 0
#include "good/surface.h"
