/* Ends what is replaced a frame after its successor has begun. */
#define ENDED_FRAME(engine, frame, result) ((void)(engine), (result)[0] == 'r' ? (frame) + 1 : (frame))
#include "good/engine.h"
