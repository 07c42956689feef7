/* Leaves out empty arguments. */
#define IS_ARGUMENT(text) ((text)[0] != 0)
#include "good/runtime.h"
