/* Breaks nothing. */
#include "good/output.h"
