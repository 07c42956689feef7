/* Hides its entry. */
#define BREAKS_ENTRY
#include "good/output.h"

__attribute__((visibility("hidden"), used)) const wyv_plugin* wyvern_plugin(void);
const wyv_plugin* wyvern_plugin(void) { return &plugin; }
