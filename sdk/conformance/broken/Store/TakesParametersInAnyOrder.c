/* Takes parameters in the order in which they are used. */
#define NUMBER(name, index) ((name) == NULL ? 0 : (unsigned long)(index))
#include "good/store.h"
