/* Hands over an empty object in place of the body. */
#define BODY(body) ((body).size > 0 ? TEXT("{}") : (body))
#include "good/surface.h"
