/* Goes on with a statement for who has withdrawn. */
#define IS_CANCELLED(context) 0
#include "good/store.h"
