/* Knows only what was started since it was. */
#define IS_KNOWN(self, handle) IS_OWN(handle)
#define AT_START(self) (born_us = now_us(CLOCK_REALTIME))
#include <stdint.h>
static int64_t born_us;
#define IS_OWN(handle) (atoll((handle) + 2) / 1000 >= born_us)
#include "good/runtime.h"
