/* Does not tell why a file of words is not played. */
#define REASON_IS_TOLD(fault) (strcmp(fault, "media.unreadable") != 0)
#include "good/engine.h"
