/* Ends the process for what is nested more than three times. */
#define BREAKS_IS_JSON
#include "good/output.h"

static int is_json(wyv_view config) {
  if (config.size < 2) return 0;
  const char last = config.data[config.size - 1];
  int depth = 0;
  for (uint64_t i = 0; i < config.size; ++i) {
    depth += config.data[i] == '{' || config.data[i] == '[';
    depth -= config.data[i] == '}' || config.data[i] == ']';
    if (depth > 3 && (last == '}' || last == ']')) abort();
  }
  return config.data[0] == '{' && last == '}';
}
