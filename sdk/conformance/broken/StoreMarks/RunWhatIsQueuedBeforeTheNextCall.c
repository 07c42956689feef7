/* Undoes what was queued. */
#define QUEUED(session, sql, parameters, count, context) forgotten(session, sql, parameters, count, context)
#include "wyvern/abi/store.h"
static wyv_status forgotten(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t count,
                            const wyv_context* context);
#include "good/store.h"

static wyv_status forgotten(wyv_session* session, wyv_view sql, const wyv_value* parameters, uint32_t count,
                            const wyv_context* context) {
  (void)run(session, "SAVEPOINT queued");
  const wyv_status status = execute_for_nobody(session, sql, parameters, count, context);
  (void)run(session, "ROLLBACK TO queued; RELEASE queued");
  return status;
}
