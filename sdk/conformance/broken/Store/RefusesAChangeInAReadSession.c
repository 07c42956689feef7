/* Lets a session for reading write. */
#define READ_SETTINGS ""
#include "good/store.h"
