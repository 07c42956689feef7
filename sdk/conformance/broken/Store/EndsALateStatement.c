/* Ends a statement two seconds after its deadline. */
#define IS_OVERDUE(context) is_late_by(context, INT64_C(2000000000))
#include "good/store.h"
