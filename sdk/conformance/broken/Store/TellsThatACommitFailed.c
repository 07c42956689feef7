/* Does not look whether a commit succeeded. */
#define COMMITTED(session) (run(session, "COMMIT"), 1)
#include "good/store.h"
