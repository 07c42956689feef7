/* Interrupts instead of asking to terminate. */
#define FIRST_SIGNAL SIGINT
#include "good/runtime.h"
