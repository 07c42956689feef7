#include "host/abi.hpp"

#include <utility>

namespace wyvern::host {
namespace {

Error refusal(std::string code, const std::string& what, Abi plugin, Abi kernel, const char* remedy) {
  return {WYV_INVALID, std::move(code),
          what + ": the plugin has ABI " + to_string(plugin) + ", the kernel " + to_string(kernel) + "; " + remedy, "",
          false};
}

}  // namespace

std::string to_string(Abi abi) { return std::to_string(abi.major) + "." + std::to_string(abi.minor); }

Result<void> check_abi(Abi plugin, const std::string& where, Abi kernel) {
  const std::uint64_t oldest = kernel.major > 1 ? kernel.major - 1 : 1;
  if (plugin.major > kernel.major)
    return refusal("plugin.abi_major", where + " major is newer than this kernel's", plugin, kernel,
                   "use a newer kernel");
  if (plugin.major < oldest)
    return refusal("plugin.abi_major", where + " major is older than this kernel loads", plugin, kernel,
                   "rebuild the plugin with a newer SDK");
  if (plugin.major == kernel.major && plugin.minor > kernel.minor)
    return refusal("plugin.abi_minor", where + " minor is newer than this kernel's", plugin, kernel,
                   "use a newer kernel");
  return {};
}

Result<void> check_draft(const std::string& service, Abi plugin, const std::string& where, Abi kernel) {
  if (!service.ends_with("/0") || plugin == kernel) return {};
  return refusal("plugin.draft", where + " " + service + " is a draft", plugin, kernel,
                 "rebuild the plugin with this kernel's SDK");
}

}  // namespace wyvern::host
