/* Has an example that its schema refuses. */
#include "good/output.h"
