/* Takes an absolute key. */
#define IS_ABSOLUTE(key) 0
#include "good/storage.h"
