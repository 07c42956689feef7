/* Gives the beginning of the log. */
#define TAIL(log, size, tail) ((wyv_view){log, tail})
#include "good/runtime.h"
