/* Refuses the second as a wrong state. */
#define ALREADY_STATUS WYV_WRONG_STATE
#include "good/runtime.h"
