/* Has room for few parameters. */
#define MOST_PARAMETERS 99
#include "good/store.h"
