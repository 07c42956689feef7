/* Has stopped what it does not know. */
#define STOP_UNKNOWN WYV_OK
#include "good/runtime.h"
