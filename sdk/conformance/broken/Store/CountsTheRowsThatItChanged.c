/* Says one, however many were changed. */
#define CHANGED(database, before) (sqlite3_total_changes(database) != (before))
#include "good/store.h"
