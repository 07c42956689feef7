/* Throws errors away. */
#define LOG_OF(stream, log) ((stream) == 2 ? 0 : (log))
#include "good/runtime.h"
