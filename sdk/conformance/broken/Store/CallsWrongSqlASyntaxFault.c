/* Has a code of its own for wrong SQL. */
#define SYNTAX_CODE "sqlite.1"
#include "good/store.h"
