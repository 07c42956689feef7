/* Says that it plays before anything was loaded. */
#define IDLE_NAME(engine) ((engine)->loaded ? "idle" : "playing")
#include "good/engine.h"
