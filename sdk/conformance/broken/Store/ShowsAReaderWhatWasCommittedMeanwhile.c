/* Keeps a session for reading at what it saw first. */
#define READ_SETTINGS "PRAGMA query_only=ON; BEGIN"
#include "good/store.h"
