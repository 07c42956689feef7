/* Returns a new descriptor each time. */
#define BREAKS_ENTRY
#include "good/output.h"

__attribute__((visibility("default"))) const wyv_plugin* wyvern_plugin(void) {
  static wyv_plugin copies[2];
  static int which = 0;
  which = 1 - which;
  copies[which] = plugin;
  return &copies[which];
}
