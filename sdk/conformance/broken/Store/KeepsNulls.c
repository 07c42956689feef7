/* Gives an empty text for what is missing. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_NULL) {
    value.type = WYV_VALUE_TEXT;
    value.as.text = TEXT("");
  }
  return value;
}
