/* Has another name from the second time on. */
static int named;
#define NAME (named++ == 0 ? "kit" : "kit-again")
#include "good/engine.h"
