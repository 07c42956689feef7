/* Does not skip the last item. */
#define SKIPS(engine) ((engine)->index + 1 < (engine)->list.count)
#include "good/engine.h"
