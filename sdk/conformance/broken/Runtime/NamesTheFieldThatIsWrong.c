/* Does not say what is wrong. */
#define INVALID(context, text) fail(context, WYV_INVALID, TEXT("runtime.invalid"), TEXT("this is wrong"))
#include "good/runtime.h"
