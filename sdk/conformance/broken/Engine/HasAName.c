/* Has an empty name. */
#define NAME ""
#include "good/engine.h"
