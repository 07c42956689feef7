/* Does not know what a column was called. */
#define NAME(statement, index) "column"
#include "good/store.h"
