/* Leaves out variables that hold a newline. */
#define HAS_VARIABLE(name) (strchr(text, '\n') == NULL)
#include "good/runtime.h"
