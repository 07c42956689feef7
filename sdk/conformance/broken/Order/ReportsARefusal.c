/* Refuses what is out of order without a word. */
#define BREAKS_REFUSE_ORDER
#include "good/output.h"

static wyv_status refuse_order(const wyv_context* context) {
  UNUSED(context);
  return WYV_WRONG_STATE;
}
