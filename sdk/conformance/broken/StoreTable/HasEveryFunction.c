/* Has no function for scripts. */
#define SCRIPT NULL
#include "good/store.h"
