/* Listens in its first life only. */
#define LISTENS(self) ((self)->lives == 1)
#include "good/surface.h"
