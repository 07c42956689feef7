/* Hands over no credential. */
#define CREDENTIAL(credential) ((credential).size > 0 ? TEXT("") : (credential))
#include "good/surface.h"
