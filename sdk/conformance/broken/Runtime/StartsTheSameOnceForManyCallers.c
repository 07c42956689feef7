/* Lets others in between the look and the start. */
#define BETWEEN_LOOK_AND_START let_others_in()
static void let_others_in(void);
#include "good/runtime.h"

static void let_others_in(void) {
  pthread_mutex_unlock(&lock);
  nap(50);
  pthread_mutex_lock(&lock);
}
