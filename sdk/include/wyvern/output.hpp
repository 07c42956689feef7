// Derive from wyvern::Output to send a channel somewhere. The contract of each function is in abi/output.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wyvern/abi/output.h"
#include "wyvern/plugin.hpp"

namespace wyvern {

class Output : public Instance {
 public:
  static constexpr std::string_view kind = "output";

  // What the schema of output_config cannot say.
  virtual void check(const Json& config) { (void)config; }
  // What the configuration occupies alone on its node.
  virtual std::vector<std::string> claims(const Json& config) = 0;
  // How `engine` makes this output; throw unknown_engine() for one that you do not know.
  virtual Json render(std::string_view engine, const Json& config) = 0;
  // Devices, mounts, environment and ports that a container needs.
  virtual Json requirements(const Json& config) {
    (void)config;
    return {{"devices", Json::array()}, {"mounts", Json::array()}, {"env", Json::object()}, {"ports", Json::array()}};
  }

  const void* service(std::string_view name) override;

 protected:
  static Failure unknown_engine(std::string_view engine, std::string_view known) {
    return {WYV_UNSUPPORTED, "output.engine",
            "this output cannot be made by the engine '" + std::string(engine) + "', only by: " + std::string(known)};
  }
};

namespace detail {

struct OutputTable {
  static wyv_status check(wyv_instance* raw, wyv_view config, const wyv_context* context) noexcept {
    return guarded(context, [&] { self<Output>(raw).check(parse(config)); });
  }
  static wyv_status claims(wyv_instance* raw, wyv_view config, const wyv_text_sink* out,
                           const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, Json(self<Output>(raw).claims(parse(config)))); });
  }
  static wyv_status render(wyv_instance* raw, wyv_view engine, wyv_view config, const wyv_text_sink* out,
                           const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Output>(raw).render(text(engine), parse(config))); });
  }
  static wyv_status requirements(wyv_instance* raw, wyv_view config, const wyv_text_sink* out,
                                 const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Output>(raw).requirements(parse(config))); });
  }
  static constexpr wyv_output_v1 table{sizeof(wyv_output_v1), 0, &check, &claims, &render, &requirements};
};

}  // namespace detail

inline const void* Output::service(std::string_view name) {
  return name == WYV_OUTPUT_SERVICE ? &detail::OutputTable::table : nullptr;
}

}  // namespace wyvern
