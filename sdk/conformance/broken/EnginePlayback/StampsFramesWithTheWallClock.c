/* Stamps frames in milliseconds. */
#define AT_US(us) ((us) / 1000)
#include "good/engine.h"
