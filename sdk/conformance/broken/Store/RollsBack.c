/* Commits where it should roll back. */
#define ROLLBACK(session) ((session)->transaction == OPEN ? "COMMIT" : "ROLLBACK")
#include "good/store.h"
