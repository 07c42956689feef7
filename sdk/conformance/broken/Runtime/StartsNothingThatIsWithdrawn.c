/* Asks whether it is withdrawn when it has started it. */
#define TOO_LATE(context) (context->cancelled(context->self) ? WYV_OK : terms(context))
#define AFTER_START(context) terms(context)
#include "good/runtime.h"
