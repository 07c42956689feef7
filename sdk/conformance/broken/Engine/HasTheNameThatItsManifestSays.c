/* Has a name that outputs do not render for. */
#define NAME "another"
#include "good/engine.h"
