/* Breaks nothing. */
#include "good/storage.h"
