// The operation that streams the event log: GET /events?after=N, as server-sent events.
#pragma once

#include "events/log.hpp"
#include "operations/table.hpp"

namespace wyvern::events {

// Keeps one thread that feeds every open stream; ends them all when destroyed. Owner: the application.
class Streams;
std::shared_ptr<Streams> add_operations(operations::Table& table, Log& log);

}  // namespace wyvern::events
