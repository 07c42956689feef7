/* Takes keys in ASCII only. */
#define IS_FORBIDDEN(character) ((character) < 0x20 || (character) > 0x7e)
#include "good/storage.h"
