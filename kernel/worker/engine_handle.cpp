#include "worker/engine_handle.hpp"

namespace wyvern::worker {

Result<void> EngineHandle::configure(const Json& channel, const wyv_engine_listener& listener) const {
  const std::string text = channel.dump();
  Call call(timeout_);
  return call.result(table_->configure(instance_, view(text), &listener, call.context()));
}

Result<void> EngineHandle::run(Command command) const {
  Call call(timeout_);
  return call.result(command(instance_, call.context()));
}

Result<void> EngineHandle::run(CommandWithText command, const Json& json) const {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  Call call(timeout_);
  return call.result(command(instance_, view(text), call.context()));
}

Result<Json> EngineHandle::status() const {
  Call call(timeout_);
  auto text = call_for_text(call, table_->status, instance_);
  if (!text) return std::move(text).error();
  Json status = Json::parse(*text, nullptr, false);
  if (!status.is_object()) {
    return Error{WYV_INTERNAL, "engine.garbage", "the engine's status is not a JSON object", "", false};
  }
  return status;
}

}  // namespace wyvern::worker
