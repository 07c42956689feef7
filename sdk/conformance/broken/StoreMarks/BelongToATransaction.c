/* Marks anywhere. */
#define HAS_NOTHING_TO_MARK(session) 0
#include "good/store.h"
