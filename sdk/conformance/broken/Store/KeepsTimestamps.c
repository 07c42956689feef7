/* Keeps a time in milliseconds. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_TIMESTAMP) value.as.integer = value.as.integer / 1000 * 1000;
  return value;
}
