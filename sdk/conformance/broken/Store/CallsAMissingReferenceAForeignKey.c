/* Has one code for all constraints but a unique one. */
#define FOREIGN_KEY_CODE "store.constraint"
#include "good/store.h"
