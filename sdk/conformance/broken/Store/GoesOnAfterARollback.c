/* Stays aborted after a rollback. */
#define AFTER_ROLLBACK(session) ((session)->transaction == ABORTED ? ABORTED : NONE)
#include "good/store.h"
