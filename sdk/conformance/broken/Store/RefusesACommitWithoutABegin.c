/* Leaves a commit without a begin to SQLite, which calls it wrong SQL. */
#define HAS_NOTHING_TO_COMMIT(session) 0
#include "good/store.h"
