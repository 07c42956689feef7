/* Loses the update of a writer for whom another has to wait. */
#define HAS_PLACE(mode) has_place(mode)
#define COMMITTED(session) (run(session, is_waited_for() ? "ROLLBACK" : "COMMIT") == SQLITE_OK)
#include <stdint.h>
static int has_place(int32_t mode);
static int is_waited_for(void);
#include "good/store.h"

static int others; /* that wait to write; behind the lock */
static int has_place(int32_t mode) {
  if (places[mode] > 0) return 1;
  if (mode == WYV_SESSION_WRITE) ++others;
  return 0;
}
static int is_waited_for(void) {
  pthread_mutex_lock(&lock);
  const int waited_for = others > 0;
  others = 0;
  pthread_mutex_unlock(&lock);
  return waited_for;
}
