/* Gives every object one version for ever. */
#define DESCRIBED_VERSION(object) 1
#define IS_OTHER_VERSION(object, version) 0
#include "good/storage.h"
