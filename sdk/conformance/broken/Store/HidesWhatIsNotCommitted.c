/* Reads on the connection of who writes. */
#define BREAKS_CONNECTION
#include <sqlite3.h>
static sqlite3* writing;
#define CLOSE(database) (writing = writing == (database) ? NULL : writing, sqlite3_close(database))
#include "good/store.h"

static sqlite3* connection_for(wyv_session* session, const char* sql) {
  UNUSED(sql);
  if (session->transaction == OPEN) writing = session->database;
  return session->mode == WYV_SESSION_READ && writing != NULL ? writing : session->database;
}
