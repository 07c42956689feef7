/* Drops every connection when it drains. */
#define WHEN_DRAINED(connection) ((connection)->left = 1)
#include "good/surface.h"
