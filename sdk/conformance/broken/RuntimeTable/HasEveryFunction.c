/* Cannot remove. */
#define REMOVE NULL
#include "good/runtime.h"
