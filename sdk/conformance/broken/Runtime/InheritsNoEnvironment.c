/* Hands a variable of the controller on. */
#define INHERITED "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "WYVERN_CONTROLLERS_OWN"
#include "good/runtime.h"
