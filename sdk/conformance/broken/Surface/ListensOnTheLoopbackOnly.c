/* Listens on every address of the machine. */
#define LISTENS_ON INADDR_ANY
#include "good/surface.h"
