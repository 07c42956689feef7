/* Crashes on an empty configuration. */
#define BREAKS_IS_JSON
#include "good/output.h"

static int is_json(wyv_view config) {
  if (config.size == 0) abort();
  return config.data[0] == '{' && config.data[config.size - 1] == '}';
}
