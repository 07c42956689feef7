/* Keeps to the first mark. */
#define MARK(session) ((session)->marks > 0 ? "" : "SAVEPOINT kit")
#include "good/store.h"
