/* Logs the headers of a request. */
#define LOG_OF_A_REQUEST(request) ((wyv_view){request, strlen(request)})
#include "good/surface.h"
