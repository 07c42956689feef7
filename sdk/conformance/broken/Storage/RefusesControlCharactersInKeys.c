/* Takes a key with control characters. */
#define IS_FORBIDDEN(character) 0
#include "good/storage.h"
