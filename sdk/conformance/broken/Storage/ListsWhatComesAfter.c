/* Lists the key after which it is asked to begin as well. */
#define IS_AFTER(key, after) (strcmp((key), (after)) >= 0)
#include "good/storage.h"
