#include "plugin_host/plugin_instance.hpp"

#include <utility>

namespace wyvern::test {

namespace {
const wyv_host_log_v1* log_table(decltype(wyv_host_log_v1::write) write) {
  static const wyv_host_log_v1 table{sizeof(wyv_host_log_v1), write};
  return &table;
}
}  // namespace

RememberingHost::RememberingHost() : host_{sizeof(wyv_host), WYV_ABI_MAJOR, WYV_ABI_MINOR, this, &query} {}

const void* RememberingHost::query(void*, wyv_view service) {
  return text(service) == "wyvern.host.log/1" ? log_table(&write) : nullptr;
}

void RememberingHost::write(void* self, std::int32_t level, wyv_view message, wyv_view, wyv_view fields) {
  auto& host = *static_cast<RememberingHost*>(self);
  const std::lock_guard lock(host.mutex_);
  host.lines_.push_back({level, std::string(text(message)), fields.size == 0 ? Json() : Json::parse(text(fields))});
}

std::vector<LogLine> RememberingHost::log() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

Result<std::unique_ptr<PluginInstance>> PluginInstance::create(const PluginLibrary& library, std::string_view kind,
                                                               const Json& config) {
  std::unique_ptr<PluginInstance> made(new PluginInstance(library.plugin()));
  Call call(kPatience);
  const std::string dumped = config.dump();
  const wyv_status status =
      made->plugin_.create(made->host_.table(), view(kind), view("test"), view(dumped), &made->raw_, call.context());
  if (status != WYV_OK) return call.error(status);
  return made;
}

PluginInstance::~PluginInstance() {
  if (raw_ != nullptr) plugin_.destroy(raw_);
}

Result<void> PluginInstance::prepare(std::chrono::nanoseconds timeout) {
  Call call(timeout);
  return call.result(plugin_.prepare(raw_, call.context()));
}

Result<void> PluginInstance::start(std::chrono::nanoseconds timeout) {
  Call call(timeout);
  return call.result(plugin_.start(raw_, call.context()));
}

Result<void> PluginInstance::drain(std::chrono::nanoseconds timeout) {
  Call call(timeout);
  return call.result(plugin_.drain(raw_, call.context()));
}

Result<void> PluginInstance::stop(std::chrono::nanoseconds timeout) {
  Call call(timeout);
  return call.result(plugin_.stop(raw_, call.context()));
}

void PluginInstance::run() {
  prepare().or_throw();
  start().or_throw();
}

}  // namespace wyvern::test
