/* Opens as many sessions as are asked for. */
#define HAS_PLACE(mode) ((mode) == 0 || places[mode] > 0)
#include "good/store.h"
