/* Cuts a value off at a megabyte. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if ((value.type == WYV_VALUE_TEXT || value.type == WYV_VALUE_BYTES) && value.as.text.size > 1 << 20)
    value.as.text.size = 1 << 20;
  return value;
}
