/* Begins again when it is opened at the end. */
#define FIRST (offset == object->size && offset > 0 ? 0 : offset)
#include "good/storage.h"
