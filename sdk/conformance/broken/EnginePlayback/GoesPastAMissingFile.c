/* Does not tell why a missing file is not played. */
#define REASON_IS_TOLD(fault) (strcmp(fault, "media.missing") != 0)
#include "good/engine.h"
