/* Ends the first process only. */
#define WHOLE(pid) (pid)
#include "good/runtime.h"
