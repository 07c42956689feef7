/* Says that it is on air before it was configured. */
#define UNCONFIGURED WYV_OK
#include "good/engine.h"
