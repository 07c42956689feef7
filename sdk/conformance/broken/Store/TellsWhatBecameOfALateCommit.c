/* Commits, and says that it was too late. */
#define IS_TOO_LATE(session, context) (is_late(context) && run(session, "COMMIT") == SQLITE_OK)
#include "good/store.h"
