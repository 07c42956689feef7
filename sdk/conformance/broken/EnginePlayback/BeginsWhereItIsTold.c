/* Begins each item at its in point. */
#define OFFSET(frames) 0
#include "good/engine.h"
