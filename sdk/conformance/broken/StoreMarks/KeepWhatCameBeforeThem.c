/* Goes back to the beginning, if the place was marked once. */
#define UNDO(session) ((session)->marks == 1 ? "ROLLBACK; BEGIN IMMEDIATE; SAVEPOINT kit" : "ROLLBACK TO kit")
#include "good/store.h"
