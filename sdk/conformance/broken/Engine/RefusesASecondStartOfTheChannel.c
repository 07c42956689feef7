/* Takes a second start for a first. */
#define SECOND_START WYV_OK
#include "good/engine.h"
