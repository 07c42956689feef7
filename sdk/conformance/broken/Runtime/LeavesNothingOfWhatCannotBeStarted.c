/* Lists what could not be started. */
#define NO_PROGRAM(dir, handle) write_whole(dir, handle, "pid", "0", 1)
#include "good/runtime.h"
