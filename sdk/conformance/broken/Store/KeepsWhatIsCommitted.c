/* Keeps a transaction of one row only. */
#define COMMITTED(session) \
  (run(session, sqlite3_total_changes((session)->database) > 1 ? "ROLLBACK" : "COMMIT") == SQLITE_OK)
#include "good/store.h"
