/* Gives a number for a boolean. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_BOOL) value.type = WYV_VALUE_INT64;
  return value;
}
