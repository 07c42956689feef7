/* Takes a rollback without a begin. */
#define HAS_NOTHING_TO_ROLL_BACK(session) 0
#include "good/store.h"
