// The worker's calls, as operations of its own table.
#pragma once

#include "operations/table.hpp"

namespace wyvern::worker {

class Worker;

// Both must live until the table is stopped.
void add_operations(operations::Table& table, Worker& worker);

}  // namespace wyvern::worker
