/* Takes commands when nothing plays. */
#define WHEN_IDLE WYV_OK
#include "good/engine.h"
