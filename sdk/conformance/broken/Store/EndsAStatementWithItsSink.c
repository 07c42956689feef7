/* Does not hear that it is enough. */
#define IS_ENOUGH(answer) ((answer) > 1)
#include "good/store.h"
