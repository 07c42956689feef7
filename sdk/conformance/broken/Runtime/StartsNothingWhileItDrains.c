/* Starts on while it drains. */
#define REFUSES_WORK(self) 0
#include "good/runtime.h"
