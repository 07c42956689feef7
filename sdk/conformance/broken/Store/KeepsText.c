/* Takes a text that begins like a number for a number. */
#define BREAKS_SHOWN
#include "good/store.h"

static wyv_value shown(wyv_value value) {
  if (value.type == WYV_VALUE_TEXT && value.as.text.size > 0 && value.as.text.data[0] >= '0' &&
      value.as.text.data[0] <= '9') {
    value.type = WYV_VALUE_INT64;
    value.as.integer = atoll(value.as.text.data);
  }
  return value;
}
