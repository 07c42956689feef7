/* Reads a script to its end, and runs the first statement. */
#define RUN_SCRIPT(session, text) run_first((session)->database, text)
#include <sqlite3.h>
static int run_first(sqlite3* database, const char* sql);
#include "good/store.h"

static int run_first(sqlite3* database, const char* sql) {
  int result = SQLITE_OK;
  for (int i = 0; result == SQLITE_OK && *sql != 0; ++i) {
    sqlite3_stmt* statement = NULL;
    result = sqlite3_prepare_v2(database, sql, -1, &statement, &sql);
    if (i == 0) (void)sqlite3_step(statement);
    sqlite3_finalize(statement);
  }
  return result;
}
