// The controller's half of the worker's HTTP.
#pragma once

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "wyvern/result.hpp"

namespace wyvern::playout {

using Json = nlohmann::json;

// Where a worker answers. Cheap to copy.
struct WorkerAddress {
  std::string url;  // "http://127.0.0.1:23000"
  std::string token;
};

// One call, for whom this thread works for: the worker is told the request and the trace. Errors: WYV_UNAVAILABLE
// "worker.unreachable" when there is no answer, WYV_TIMEOUT "worker.timeout", WYV_EXHAUSTED "worker.client" when this
// process has nothing left to ask with, which says nothing about the worker, and WYV_CONFLICT or WYV_INTERNAL with the
// worker's own code and sentence when it refused. Any thread. `cancelled` (may be null) ends it early, within about 100
// ms.
Result<Json> call_worker(const WorkerAddress& worker, std::string_view method, std::string_view path, const Json* body,
                         std::chrono::milliseconds timeout, const std::atomic<bool>* cancelled = nullptr);

}  // namespace wyvern::playout
