/* Opens an object behind its end. */
#define IS_BEYOND(offset, size) 0
#include "good/storage.h"
