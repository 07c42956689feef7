/* Has one code for all constraints. */
#define UNIQUE_CODE "store.constraint"
#include "good/store.h"
