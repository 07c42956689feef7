/* Has one listener for all instances. */
#include "wyvern/abi/engine.h"

static const wyv_engine_listener* last;
#define WHEN_CONFIGURED(listener) (last = (listener))
#define LISTENER(engine) last
#include "good/engine.h"
