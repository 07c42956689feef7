/* Writes what it starts to the log. */
#define BETWEEN_LOOK_AND_START say(self, WYV_LOG_INFO, spec, TEXT("{}"))
#include "good/runtime.h"
