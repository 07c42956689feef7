/* Refuses to leave the air a second time. */
#define OFF_AIR WYV_WRONG_STATE
#include "good/engine.h"
