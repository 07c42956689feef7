/* Takes a key with control characters. */
#define BREAKS_IS_KEY
#include "good/storage.h"

static int is_key(wyv_view key) {
  if (key.size == 0 || key.data[0] == '/') return 0;
  for (uint64_t i = 0; i < key.size; ++i) {
    const int begins = i == 0 || key.data[i - 1] == '/';
    if (begins && i + 1 < key.size && key.data[i] == '.' && key.data[i + 1] == '.' &&
        (i + 2 == key.size || key.data[i + 2] == '/'))
      return 0;
  }
  return 1;
}
