/* Leaves a second begin to SQLite, which calls it wrong SQL. */
#define MAY_BEGIN(session) 1
#include "good/store.h"
