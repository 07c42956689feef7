/* Takes no text at all for no workload at all. */
#define MAY_LIST(labels) ((labels).size > 0)
#include "good/runtime.h"
