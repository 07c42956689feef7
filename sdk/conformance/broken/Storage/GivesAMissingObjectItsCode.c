/* Has a code of its own for what is missing. */
#define NOT_FOUND_CODE "memory.nothing"
#include "good/storage.h"
