/* Needs a configuration and gives no example of one. */
#include "good/output.h"
