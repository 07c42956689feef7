/* Ends the process for a zero. */
#define BREAKS_IS_JSON
#include "good/output.h"

static int is_json(wyv_view config) {
  if (config.size > 100 && memchr(config.data, 0, config.size) != NULL) abort();
  return config.size >= 2 && config.data[0] == '{' && config.data[config.size - 1] == '}';
}
