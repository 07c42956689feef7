/* Opens whatever is there. */
#define IS_OTHER_VERSION(object, version) 0
#include "good/storage.h"
