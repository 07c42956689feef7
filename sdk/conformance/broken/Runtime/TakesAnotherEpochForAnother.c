/* Looks at kind and id only. */
#define IS_SAME(workload, labels) (is_same_in("wyvern.kind") && is_same_in("wyvern.id"))
#include "good/runtime.h"
