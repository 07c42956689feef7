/* Calls every answer plain text. */
#define CONTENT_TYPE(type) "text/plain; charset=utf-8"
#include "good/surface.h"
