/* Gives every request the same name. */
#define REQUEST_NUMBER(server) (++(server)->requests, 1U)
#include "good/surface.h"
