/* Takes what has ended for what runs. */
#define MAY_RUN_BESIDE(workload) 0
#include "good/runtime.h"
