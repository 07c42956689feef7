/* Says again what the last change changed. */
#define CHANGED(database, before) ((before) < 0 ? 0 : sqlite3_changes(database))
#include "good/store.h"
