/* Keeps a double in a float. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_DOUBLE) value.as.real = (float)value.as.real;
  return value;
}
