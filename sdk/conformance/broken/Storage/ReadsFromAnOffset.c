/* Reads from the beginning, wherever it is asked to, but at the end. */
#define FIRST (offset == object->size ? offset : 0)
#include "good/storage.h"
