/* Gives sessions out again once all are closed. */
#define BREAKS_GIVE_PLACE
#include "good/store.h"

static void give_place(int32_t mode) {
  static int closed[2];
  static const int all[] = {4, 1};
  pthread_mutex_lock(&lock);
  if (++closed[mode] + places[mode] == all[mode]) {
    places[mode] = all[mode];
    closed[mode] = 0;
  }
  pthread_mutex_unlock(&lock);
}
