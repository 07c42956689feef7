/* Takes an unknown mode for reading. */
#define IS_MODE(mode) 1
#include "good/store.h"
