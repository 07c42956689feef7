/* Refuses to stop what has ended. */
#define STOP_ENDED fail(context, WYV_WRONG_STATE, TEXT("runtime.ended"), TEXT("it has ended"))
#include "good/runtime.h"
