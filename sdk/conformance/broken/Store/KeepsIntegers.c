/* Keeps integers of 32 bits. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_INT64) value.as.integer = (int32_t)value.as.integer;
  return value;
}
