/* Says that its descriptor ends early. */
#define STRUCT_SIZE (sizeof(wyv_plugin) - sizeof(void*))
#include "good/output.h"
