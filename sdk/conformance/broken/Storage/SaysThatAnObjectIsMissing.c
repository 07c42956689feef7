/* Says that what is missing is denied. */
#define NOT_FOUND_STATUS WYV_DENIED
#include "good/storage.h"
