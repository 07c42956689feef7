/* Takes what is empty for what is missing. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if ((value.type == WYV_VALUE_TEXT || value.type == WYV_VALUE_BYTES) && value.as.text.size == 0)
    value.type = WYV_VALUE_NULL;
  return value;
}
