/* Takes an update for a load. */
#define UPDATE &load
#include "good/engine.h"
