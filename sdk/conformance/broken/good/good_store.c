/* Breaks nothing. */
#include "good/store.h"
