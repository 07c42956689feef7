// Any text is a manifest whose schemas can be used, or is refused with a reason.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/schema.hpp"
#include "host/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = wyvern::host::parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) {
    if (manifest.error().message.empty()) __builtin_trap();
    return 0;
  }
  const wyvern::config::Schema schema((*manifest)["schema"]);
  (void)schema.check(schema.with_defaults(nlohmann::json::object()));
  return 0;
}
