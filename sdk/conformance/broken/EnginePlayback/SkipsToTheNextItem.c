/* Says that a skipped item was played. */
#define SKIPPED "played"
#include "good/engine.h"
