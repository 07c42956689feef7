/* Reads on another connection, in a transaction too. */
#define BREAKS_CONNECTION
#include "good/store.h"

static sqlite3* connection_for(wyv_session* session, const char* sql) {
  static sqlite3* another;
  if (session->transaction != OPEN || strncmp(sql, "SELECT", 6) != 0) return session->database;
  if (another == NULL) (void)sqlite3_open(path, &another);
  return another;
}
