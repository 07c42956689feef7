/* Waits for two seconds more than the deadline. */
#define STOP_TERMS (waited > 2000000 ? terms(context) : WYV_OK)
#include "good/runtime.h"
