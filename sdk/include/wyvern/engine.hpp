// Derive from wyvern::Engine to put pictures on air. The shapes of all JSON and each contract are in abi/engine.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "wyvern/abi/engine.h"
#include "wyvern/plugin.hpp"

namespace wyvern {

class Engine : public Instance {
 public:
  static constexpr std::string_view kind = "engine";
  using Emit = std::function<void(const Json& event)>;

  virtual std::string_view name() const = 0;
  virtual Json probe(const std::string& path, const Context&) = 0;
  virtual void configure(const Json& channel, Emit emit) = 0;
  virtual void start_channel(const Context&) = 0;
  virtual void stop_channel(const Context&) = 0;
  virtual void load(const Json& playlist) = 0;
  virtual void update(const Json& playlist) = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void skip() = 0;
  virtual void stop_playback() = 0;
  virtual Json status() = 0;

  const void* service(std::string_view name) override;
};

namespace detail {

struct EngineTable {
  static wyv_view name(wyv_instance* raw) noexcept { return view(self<Engine>(raw).name()); }
  static wyv_status probe(wyv_instance* raw, wyv_view path, const wyv_text_sink* out,
                          const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Engine>(raw).probe(std::string(text(path)), Context(context))); });
  }
  static wyv_status configure(wyv_instance* raw, wyv_view channel, const wyv_engine_listener* listener,
                              const wyv_context* context) noexcept {
    return guarded(context, [&] {
      self<Engine>(raw).configure(parse(channel), [listener = *listener](const Json& event) {
        const std::string dumped = event.dump(-1, ' ', false, Json::error_handler_t::replace);
        listener.event(listener.self, view(dumped));
      });
    });
  }
  static wyv_status start_channel(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).start_channel(Context(context)); });
  }
  static wyv_status stop_channel(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).stop_channel(Context(context)); });
  }
  static wyv_status load(wyv_instance* raw, wyv_view playlist, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).load(parse(playlist)); });
  }
  static wyv_status update(wyv_instance* raw, wyv_view playlist, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).update(parse(playlist)); });
  }
  static wyv_status pause(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).pause(); });
  }
  static wyv_status resume(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).resume(); });
  }
  static wyv_status skip(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).skip(); });
  }
  static wyv_status stop_playback(wyv_instance* raw, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Engine>(raw).stop_playback(); });
  }
  static wyv_status status(wyv_instance* raw, const wyv_text_sink* out, const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Engine>(raw).status()); });
  }
  static constexpr wyv_engine_v1 table{sizeof(wyv_engine_v1), 0,      &name,   &probe, &configure, &start_channel,
                                       &stop_channel,         &load,  &update, &pause, &resume,    &skip,
                                       &stop_playback,        &status};
};

}  // namespace detail

inline const void* Engine::service(std::string_view name) {
  return name == WYV_ENGINE_SERVICE ? &detail::EngineTable::table : nullptr;
}

}  // namespace wyvern
