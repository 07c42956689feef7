/* Refuses a second pause. */
#define AGAIN WYV_WRONG_STATE
#include "good/engine.h"
