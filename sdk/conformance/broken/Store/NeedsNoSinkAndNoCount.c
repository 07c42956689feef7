/* Counts for who did not ask. */
#define SET_AFFECTED(affected, count) *(affected) = (uint64_t)(count)
#include "good/store.h"
