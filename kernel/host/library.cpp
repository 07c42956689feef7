#define BOOST_DLL_USE_STD_FS
#include "host/library.hpp"

#include <boost/dll/shared_library.hpp>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

namespace wyvern::host {
namespace {

Error fault(std::string code, std::string message) {
  return {WYV_INVALID, std::move(code), std::move(message), "", false};
}

struct Library {
  boost::dll::shared_library object;
  const wyv_plugin* plugin = nullptr;
};

struct Loaded {
  std::mutex mutex;
  std::map<std::filesystem::path, Library> libraries;
};

// Leaked with all its libraries, so that nothing is unloaded at exit either.
Loaded& loaded() {
  static auto* const libraries = new Loaded;
  return *libraries;
}

}  // namespace

Result<const wyv_plugin*> load_library(const std::filesystem::path& library) {
  std::error_code none;
  const auto path = std::filesystem::canonical(library, none);
  if (none) return fault("plugin.unreadable", "it cannot be read: " + none.message());
  auto& all = loaded();
  const std::scoped_lock lock(all.mutex);
  if (const auto found = all.libraries.find(path); found != all.libraries.end()) return found->second.plugin;

  boost::dll::shared_library object;
  try {
    object.load(path, boost::dll::load_mode::rtld_now);
  } catch (const boost::dll::fs::system_error& bad) {
    std::string reason = bad.what();
    if (const auto detail = reason.find("(dlerror system message: "); detail != std::string::npos)
      reason = reason.substr(detail + 25, reason.rfind(')') - detail - 25);
    return fault("plugin.load", "the dynamic linker refuses it: " + reason);
  }
  if (!object.has(WYV_PLUGIN_ENTRY))
    return fault("plugin.entry", std::string("it does not export ") + WYV_PLUGIN_ENTRY +
                                     ": WYVERN_PLUGIN(...) is missing or the symbol is hidden");
  // The symbol is the function itself.
  const auto entry = &object.get<const wyv_plugin*()>(WYV_PLUGIN_ENTRY);
  auto& kept = all.libraries[path];
  kept.object = std::move(object);
  kept.plugin = entry();
  return kept.plugin;
}

}  // namespace wyvern::host
