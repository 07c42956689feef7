/* Calls a wrong method an unknown path. */
#define WRONG_METHOD 404
#include "good/surface.h"
