/* Takes any channel. */
#define CHANNEL_IS_GOOD(good) ((void)(good), 1)
#include "good/engine.h"
