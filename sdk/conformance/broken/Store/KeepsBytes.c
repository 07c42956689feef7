/* Ends bytes at the first zero. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_BYTES && value.as.text.size > 0)
    value.as.text.size = strnlen(value.as.text.data, value.as.text.size);
  return value;
}
