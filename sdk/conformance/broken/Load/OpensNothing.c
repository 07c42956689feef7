/* Opens a file when it is loaded. */
#include <fcntl.h>

#define BREAKS_LOADED
#include "good/output.h"

static void loaded(void) { (void)!open("/dev/null", O_RDONLY); }
