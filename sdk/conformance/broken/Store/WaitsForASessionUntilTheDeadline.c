/* Does not wait where little time is left. */
#define MAY_WAIT(context) (!is_late_by(context, INT64_C(-1500000000)))
#include "good/store.h"
