/* Was built for an ABI of the far future. */
#define ABI_MAJOR 99
#include "good/output.h"
