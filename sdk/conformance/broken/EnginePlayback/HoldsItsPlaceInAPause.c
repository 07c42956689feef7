/* Plays on in a pause, unseen. */
#define HOLDS 0
#include "good/engine.h"
