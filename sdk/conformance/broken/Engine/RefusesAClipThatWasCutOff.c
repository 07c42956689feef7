/* Finds nothing wrong with a clip that was cut off. */
#define PROBE_FAULT(fault) without(fault, "media.truncated")
static const char* without(const char* fault, const char* unseen);
#include "good/engine.h"

static const char* without(const char* fault, const char* unseen) {
  return fault != NULL && strcmp(fault, unseen) == 0 ? NULL : fault;
}
