/* Has no log of what has ended. */
#define MAY_READ(self, workload) ((workload)->end == NULL)
#include "good/runtime.h"
