/* Looks at the deadline when it has started it. */
#define TOO_LATE(context) (context->cancelled(context->self) ? terms(context) : WYV_OK)
#define AFTER_START(context) terms(context)
#include "good/runtime.h"
