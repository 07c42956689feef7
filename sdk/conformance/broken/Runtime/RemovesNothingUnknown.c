/* Has removed what it does not know. */
#define REMOVE_UNKNOWN WYV_OK
#include "good/runtime.h"
