/* Has a version that is not the manifest's. */
#define VERSION "9.9.9"
#include "good/output.h"
