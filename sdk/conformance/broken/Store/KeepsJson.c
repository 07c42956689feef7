/* Gives a text for JSON. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_JSON) value.type = WYV_VALUE_TEXT;
  return value;
}
