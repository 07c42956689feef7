/* Commits what was open when a session is closed. */
#define AT_CLOSE(session) ((session)->transaction == OPEN ? "COMMIT" : "ROLLBACK")
#include "good/store.h"
