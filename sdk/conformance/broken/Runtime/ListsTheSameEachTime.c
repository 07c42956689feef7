/* Lists from the other end each time. */
#define NTH(i) (i == 0 ? ((turns = !turns) ? 0 : count - 1) : turns ? i : count - 1 - i)
static int turns;
#include "good/runtime.h"
