/* Counts in kilobytes. */
#define DESCRIBED_SIZE(object) ((object)->size / 1024)
#include "good/storage.h"
