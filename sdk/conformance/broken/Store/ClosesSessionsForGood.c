/* Leaves the connection of a session open. */
#define CLOSE(database) (void)(database)
#include "good/store.h"
