/* Tells its address as text instead of JSON. */
#define ADDRESS_FORMAT "http://127.0.0.1:%d/api"
#include "good/surface.h"
