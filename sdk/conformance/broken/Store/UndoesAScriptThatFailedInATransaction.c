/* Commits before a script. */
#define RUN_SCRIPT(session, text) (run(session, "COMMIT"), run(session, text))
#include "good/store.h"
