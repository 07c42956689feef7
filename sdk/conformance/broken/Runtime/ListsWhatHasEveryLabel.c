/* Lists what has any of the labels. */
#define HAS_LABELS(found, wanted) ((found) > 0 || (wanted) == 0)
#include "good/runtime.h"
