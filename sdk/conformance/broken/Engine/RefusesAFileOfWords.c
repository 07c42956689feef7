/* Finds nothing wrong with words. */
#define PROBE_FAULT(fault) without(fault, "media.unreadable")
static const char* without(const char* fault, const char* unseen);
#include "good/engine.h"

static const char* without(const char* fault, const char* unseen) {
  return fault != NULL && strcmp(fault, unseen) == 0 ? NULL : fault;
}
