// /healthz, /readyz, /metrics and /version.
#pragma once

#include <functional>
#include <string>

#include "host/host.hpp"
#include "operations/table.hpp"

namespace wyvern::app {

// `ready` returns an empty text, or what is not ready.
void add_health_operations(operations::Table& table, host::Host& host, std::function<std::string()> ready);

}  // namespace wyvern::app
