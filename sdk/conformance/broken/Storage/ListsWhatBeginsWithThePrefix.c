/* Lists what has the prefix in a later part of its key. */
#define HAS_PREFIX(key, prefix) (strstr((key), (prefix).data) != NULL)
#include "good/storage.h"
