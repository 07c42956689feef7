/* Has an id that is not the manifest's. */
#define ID "another-id"
#include "good/output.h"
