/* Calls a clip by the id of its item. */
#define CLIP_NAME(item) ((item)->id)
#include "good/engine.h"
