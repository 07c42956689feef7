// Derive from wyvern::Surface to carry operations to the outside. Operations are reached through
// wyvern.host.operations/1 in abi/host.h.
#pragma once

#include <string>
#include <string_view>

#include "wyvern/abi/surface.h"
#include "wyvern/plugin.hpp"

namespace wyvern {

class Surface : public Instance {
 public:
  static constexpr std::string_view kind = "surface";

  // {"url": …}: where it can be reached, with the real port.
  virtual Json address() = 0;

  const void* service(std::string_view name) override;
};

namespace detail {

struct SurfaceTable {
  static wyv_status address(wyv_instance* raw, const wyv_text_sink* out, const wyv_context* context) noexcept {
    return guarded(context, [&] { write(out, self<Surface>(raw).address()); });
  }
  static constexpr wyv_surface_v1 table{sizeof(wyv_surface_v1), 0, &address};
};

}  // namespace detail

inline const void* Surface::service(std::string_view name) {
  return name == WYV_SURFACE_SERVICE ? &detail::SurfaceTable::table : nullptr;
}

}  // namespace wyvern
