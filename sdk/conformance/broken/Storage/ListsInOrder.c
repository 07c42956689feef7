/* Lists from the end, unless there is a limit. */
#define NTH(i) (limit < 1000 || after.size > 0 || prefix.size < 2 ? (i) : object_count - 1 - (i))
#include "good/storage.h"
