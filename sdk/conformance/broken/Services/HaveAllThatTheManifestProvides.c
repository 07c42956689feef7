/* Promises a service in its manifest that it has not. */
#include "good/output.h"
