/* Does not tell how many frames were late. */
#define LATE_FRAMES ""
#include "good/engine.h"
