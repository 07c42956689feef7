/* Measures the end by the clock that begins with the machine. */
#define ENDED_US now_us(CLOCK_MONOTONIC)
#include "good/runtime.h"
