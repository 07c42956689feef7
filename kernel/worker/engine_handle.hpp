// The engine's table with deadlines, errors as values, and JSON in place of text.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>

#include "wyvern/abi/engine.h"
#include "wyvern/call.hpp"
#include "wyvern/result.hpp"

namespace wyvern::worker {

using Json = nlohmann::json;

// As thread-safe as each of the table's functions is.
class EngineHandle {
 public:
  EngineHandle(const wyv_engine_v1* table, wyv_instance* instance, std::chrono::milliseconds timeout)
      : table_(table), instance_(instance), timeout_(timeout) {}

  Result<void> configure(const Json& channel, const wyv_engine_listener& listener) const;
  Result<void> start_channel() const { return run(table_->start_channel); }
  Result<void> stop_channel() const { return run(table_->stop_channel); }
  Result<void> load(const Json& playlist) const { return run(table_->load, playlist); }
  Result<void> update(const Json& playlist) const { return run(table_->update, playlist); }
  Result<void> pause() const { return run(table_->pause); }
  Result<void> resume() const { return run(table_->resume); }
  Result<void> skip() const { return run(table_->skip); }
  Result<void> stop_playback() const { return run(table_->stop_playback); }
  // Always an object.
  Result<Json> status() const;

 private:
  using Command = wyv_status (*)(wyv_instance*, const wyv_context*);
  using CommandWithText = wyv_status (*)(wyv_instance*, wyv_view, const wyv_context*);
  Result<void> run(Command command) const;
  Result<void> run(CommandWithText command, const Json& json) const;

  const wyv_engine_v1* table_;
  wyv_instance* instance_;
  std::chrono::milliseconds timeout_;
};

}  // namespace wyvern::worker
