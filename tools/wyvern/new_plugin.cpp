#include "new_plugin.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include "config/schema.hpp"
#include "host/manifest.hpp"

namespace wyvern::cli {
namespace {

namespace fs = std::filesystem;

// What the plugins of every kind get, beside what their own kind gets.
constexpr const char* every = "every";

// Beside the program, as it is installed.
fs::path templates() { return fs::canonical("/proc/self/exe").parent_path().parent_path() / "share/wyvern/template"; }

std::string kinds() {
  std::set<std::string> sorted;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(templates(), none))
    if (entry.path().filename() != every) sorted.insert(entry.path().filename());
  std::string names;
  for (const auto& name : sorted) names += (names.empty() ? "" : ", ") + name;
  return names;
}

// By the manifest's own rule.
bool is_id(const std::string& name) {
  return config::Schema(host::manifest_schema().at("properties").at("id")).check(name).empty();
}

void copy_with_name(const fs::path& from, const fs::path& to, const std::string& name) {
  std::ostringstream content;
  content << std::ifstream(from).rdbuf();
  std::string text = content.str();
  for (auto at = text.find("@NAME@"); at != std::string::npos; at = text.find("@NAME@", at + name.size()))
    text.replace(at, 6, name);
  std::ofstream file(to, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw fs::filesystem_error("cannot write", to, std::make_error_code(std::errc::io_error));
}

void copy_folder_with_name(const fs::path& from, const fs::path& to, const std::string& name) {
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const auto copy = to / fs::relative(entry.path(), from);
    if (entry.is_directory()) {
      fs::create_directories(copy);
    } else {
      fs::create_directories(copy.parent_path());
      copy_with_name(entry.path(), copy, name);
    }
  }
}

}  // namespace

Result<std::string> new_plugin(const std::string& kind, const std::string& name) {
  if (!is_id(name))
    return Error{WYV_INVALID, "plugin.name",
                 "'" + name + "' is no name for a plugin: small letters and digits, in words joined by '-'", "", false};
  try {
    const auto from = templates() / kind;
    if (kind.empty() || kind == every || kind.find('/') != std::string::npos || kind[0] == '.' ||
        !fs::is_directory(from))
      return Error{WYV_NOT_FOUND, "plugin.kind",
                   "there is no template for the kind '" + kind + "'; there is: " + kinds(), "", false};
    if (fs::exists(name))
      return Error{WYV_INVALID, "plugin.exists",
                   "'" + name + "' exists already here; move it away or choose another name", "", false};
    const fs::path unfinished = "." + name + ".new";
    fs::remove_all(unfinished);
    try {
      copy_folder_with_name(templates() / every, unfinished, name);
      copy_folder_with_name(from, unfinished, name);
      fs::rename(unfinished, name);
    } catch (...) {
      std::error_code ignored;
      fs::remove_all(unfinished, ignored);
      throw;
    }
  } catch (const fs::filesystem_error& failure) {
    return Error{WYV_UNAVAILABLE, "plugin.write", std::string("the folder cannot be made: ") + failure.what(), "",
                 false};
  }
  return "Made " + name + "/. Next:\n  cmake -S " + name + " -B " + name + "/build && cmake --build " + name +
         "/build\n  wyvern-conformance " + name + "/build/" + name + ".so\n";
}

}  // namespace wyvern::cli
