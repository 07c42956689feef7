/* Cannot remove. */
#define REMOVE NULL
#include "good/storage.h"
