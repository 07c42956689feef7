/* Takes an empty key. */
#define IS_EMPTY(key) 0
#include "good/storage.h"
