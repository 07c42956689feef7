/* Calls a function that nobody has. */
#define BREAKS_LOADED
#include "good/output.h"

void nobody_has_this(void);
static void loaded(void) {
  if (getenv("WYVERN_NEVER_SET") != NULL) nobody_has_this();
}
