// wyvern.host.operations/1: the table of operations as surfaces reach it.
#pragma once

#include "operations/table.hpp"
#include "wyvern/abi/host.h"

namespace wyvern::operations {

// The C table. Its functions find the Table through `table_of`, which is set once, before surfaces start.
const wyv_host_operations_v1* carrier();
void set_table_of(Table* (*table_of)(void* host_self));

}  // namespace wyvern::operations
