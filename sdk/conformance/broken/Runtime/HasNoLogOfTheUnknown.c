/* Has an empty log of what it does not know. */
#define LOG_UNKNOWN WYV_OK
#include "good/runtime.h"
