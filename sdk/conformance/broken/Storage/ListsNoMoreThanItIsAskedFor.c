/* Lists everything. */
#define LIMIT UINT32_MAX - limit * 0
#include "good/storage.h"
