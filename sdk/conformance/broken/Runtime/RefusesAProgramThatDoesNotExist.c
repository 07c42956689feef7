/* Starts without asking whether there is such a program. */
#define PROGRAM_STARTED(size) ((size) >= 0)
#include "good/runtime.h"
