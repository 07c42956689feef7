/* Counts signals from 128 as shells do. */
#define SIGNAL(info) (128 + (info).si_status)
#include "good/runtime.h"
