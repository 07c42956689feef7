/* Sends an answer when it is whole. */
#define HOLDS_BACK(connection) ((connection)->calling)
#include "good/surface.h"
