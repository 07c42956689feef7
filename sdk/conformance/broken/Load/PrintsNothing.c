/* Greets on standard output when it is loaded. */
#include <stdio.h>

#define BREAKS_LOADED
#include "good/output.h"

static void loaded(void) { puts("hello"); }
