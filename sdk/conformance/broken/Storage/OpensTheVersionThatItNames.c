/* Takes its own version for another one. */
#define IS_OTHER_VERSION(object, version) 1
#include "good/storage.h"
