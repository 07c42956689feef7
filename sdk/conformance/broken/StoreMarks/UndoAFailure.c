/* Stays aborted. */
#define AFTER_UNDO(session) (session)->transaction
#include "good/store.h"
