/* Goes on in a transaction in which a statement failed. */
#define REFUSES_STATEMENTS(session) 0
#include "good/store.h"
