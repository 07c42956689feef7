/* Always waits for all of the grace. */
#define IS_OVER(ended, waited_us) ((ended) && (waited_us) >= grace_ms * INT64_C(1000))
#include "good/runtime.h"
