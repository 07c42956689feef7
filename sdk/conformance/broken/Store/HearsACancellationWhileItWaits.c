/* Waits for who has withdrawn. */
#define WAIT_IS_CANCELLED(context) 0
#include "good/store.h"
