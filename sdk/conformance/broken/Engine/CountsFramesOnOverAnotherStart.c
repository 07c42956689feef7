/* Counts frames from zero after each start. */
#define FIRST_FRAME(engine) ((void)(engine), 0)
#include "good/engine.h"
