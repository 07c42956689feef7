/* Exports a name that may clash with that of another plugin. */
#include "good/output.h"

__attribute__((visibility("default"))) int connect_to_server(void);
int connect_to_server(void) { return 1; }
