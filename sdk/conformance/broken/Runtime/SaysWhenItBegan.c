/* Counts in seconds. */
#define DESCRIBED_START(workload) (atoll((workload)->handle + 2) / 1000000000)
#include "good/runtime.h"
