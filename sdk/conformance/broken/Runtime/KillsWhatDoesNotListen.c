/* Only ever asks what it has given a grace. */
#define LAST_SIGNAL (grace_ms == 0 ? SIGKILL : 0)
#include "good/runtime.h"
