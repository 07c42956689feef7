/* Gives a sixteenth of the grace. */
#define GRACE_MS (grace_ms / 16)
#include "good/runtime.h"
