/* Goes on at the mark, with what came after it. */
#define UNDO(session) "RELEASE kit; SAVEPOINT kit"
#include "good/store.h"
