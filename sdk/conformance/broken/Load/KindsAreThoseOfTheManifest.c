/* Has a kind that is not the manifest's. */
#define KIND "storage"
#include "good/output.h"
