#include "playout/workloads.hpp"

#include <utility>

#include "trace/scope.hpp"
#include "wyvern/call.hpp"

namespace wyvern::playout {
namespace {

constexpr std::chrono::milliseconds runtime_timeout{10000};

Workload workload_of(const Json& json) {
  const Json labels = json.value("labels", Json::object());
  return {json.at("handle").get<std::string>(), labels.value("wyvern.id", ""), labels.value("wyvern.epoch", ""),
          json.at("state") == "running"};
}

}  // namespace

std::vector<Workload> Workloads::with_labels(const Json& labels) const {
  const std::string text = labels.dump();
  Call call(runtime_timeout, nullptr, trace::request_id());
  const auto listed = call_for_text(call, runtime_.table->list, runtime_.instance, view(text)).or_throw();
  std::vector<Workload> found;
  for (const auto& json : Json::parse(listed)) found.push_back(workload_of(json));
  return found;
}

void Workloads::end(const std::string& handle, std::chrono::milliseconds grace) const {
  Call stopping(grace + runtime_timeout);
  const auto stopped = stopping.result(runtime_.table->stop(
      runtime_.instance, view(handle), static_cast<std::uint32_t>(grace.count()), stopping.context()));
  if (!stopped && stopped.error().status != WYV_NOT_FOUND) throw Failure(stopped.error());
  Call removing(runtime_timeout);
  (void)runtime_.table->remove(runtime_.instance, view(handle), removing.context());
}

void Workloads::listen(std::function<void(const std::string&)> changed) {
  changed_ = std::move(changed);
  const wyv_workload_listener listener{this, [](void* self, wyv_view workload) {
                                         const Json json = Json::parse(text(workload), nullptr, false);
                                         if (!json.is_object()) return;
                                         const Json labels = json.value("labels", Json::object());
                                         if (labels.value("wyvern.kind", "") != "playout") return;
                                         static_cast<Workloads*>(self)->changed_(labels.value("wyvern.id", ""));
                                       }};
  Call call(runtime_timeout, nullptr, trace::request_id());
  call.result(runtime_.table->listen(runtime_.instance, &listener, call.context())).or_throw();
}

void Workloads::unlisten() {
  Call call(runtime_timeout, nullptr, trace::request_id());
  (void)runtime_.table->listen(runtime_.instance, nullptr, call.context());
}

}  // namespace wyvern::playout
