/* Is of a kind that nobody knows. */
#include "good/output.h"
