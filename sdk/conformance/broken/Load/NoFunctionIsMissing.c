/* Has no drain. */
#define DRAIN NULL
#include "good/output.h"
