/* Speaks a language that no migration is written in. */
#define DIALECT "mysql"
#include "good/store.h"
