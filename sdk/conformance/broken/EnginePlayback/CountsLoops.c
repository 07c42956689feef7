/* Counts no loops. */
#define LOOP_COUNT(engine) ((void)(engine), 0)
#include "good/engine.h"
