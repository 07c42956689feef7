/* Knows only whether it went well. */
#define EXIT_CODE(info) ((info).si_status != 0)
#include "good/runtime.h"
