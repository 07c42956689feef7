/* Commits what there was before a statement failed. */
#define IS_ABORTED(session) 0
#include "good/store.h"
