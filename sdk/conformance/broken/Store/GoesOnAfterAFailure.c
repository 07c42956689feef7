/* Is aborted by a failure outside a transaction too. */
#define IS_ABORTED_BY(session, status) ((status) != WYV_OK)
#include "good/store.h"
