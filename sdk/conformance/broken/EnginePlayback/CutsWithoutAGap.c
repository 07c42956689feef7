/* Ends the second item a frame before the third begins. */
#define ENDED_FRAME(engine, frame, result) ((void)(result), (engine)->index == 1 ? (frame)-1 : (frame))
#include "good/engine.h"
