#include "workload_spec.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace wyvern::process {

namespace {

constexpr const char* kInherited[] = {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"};

Failure invalid(const std::string& field, const std::string& fault) {
  return {WYV_INVALID, "runtime.invalid", field + ": " + fault};
}

std::string text_of(const Json& json, const std::string& field) {
  if (!json.is_string()) throw invalid(field, "a text is expected");
  auto text = json.get<std::string>();
  if (text.find('\0') != std::string::npos) throw invalid(field, "it holds a zero byte");
  return text;
}

std::map<std::string, std::string> read_environment(const Json& json) {
  std::map<std::string, std::string> all;
  for (const char* name : kInherited)
    if (const char* value = std::getenv(name)) all[name] = value;  // NOLINT(concurrency-mt-unsafe): nobody sets any
  if (!json.is_object()) throw invalid("env", "an object is expected");
  for (const auto& [name, value] : json.items()) {
    if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
      throw invalid("env", "'" + name + "' cannot be the name of a variable");
    all[name] = text_of(value, "env." + name);
  }
  return all;
}

rlimit limit_of(const Json& value, const std::string& field, rlim_t unit) {
  if (!value.is_number_unsigned()) throw invalid(field, "a whole number is expected");
  const auto number = value.get<std::uint64_t>();
  if (number > RLIM_INFINITY / unit) throw invalid(field, "it is too large");
  return {number * unit, number * unit};
}

std::vector<std::pair<int, rlimit>> read_limits(const Json& json) {
  std::vector<std::pair<int, rlimit>> limits;
  if (!json.is_object()) throw invalid("limits", "an object is expected");
  for (const auto& [name, value] : json.items()) {
    const std::string field = "limits." + name;
    if (name == "open_files")
      limits.emplace_back(RLIMIT_NOFILE, limit_of(value, field, 1));
    else if (name == "memory_mb")
      limits.emplace_back(RLIMIT_DATA, limit_of(value, field, 1U << 20U));
    else if (name == "core_mb")
      limits.emplace_back(RLIMIT_CORE, limit_of(value, field, 1U << 20U));
    else
      throw Failure(WYV_UNSUPPORTED, "runtime.limit",
                    field + ": a process cannot be limited by this, only by open_files, memory_mb and core_mb");
  }
  return limits;
}

}  // namespace

std::map<std::string, std::string> read_labels(const Json& json) {
  if (!json.is_object()) throw invalid("labels", "an object is expected");
  std::map<std::string, std::string> labels;
  for (const auto& [name, value] : json.items()) labels[name] = text_of(value, "labels." + name);
  return labels;
}

WorkloadSpec read_spec(const Json& json) {
  if (!json.is_object()) throw invalid("workload", "an object is expected");
  for (const auto& [name, value] : json.items()) {
    constexpr std::string_view kKnown = " labels argv env directory log ports devices mounts limits ";
    if (kKnown.find(" " + name + " ") == std::string_view::npos) throw invalid(name, "this field is not known");
  }
  WorkloadSpec spec;
  spec.labels = read_labels(json.value("labels", Json::object()));
  const Json argv = json.value("argv", Json::array());
  if (!argv.is_array() || argv.empty()) throw invalid("argv", "a list that begins with the program is expected");
  for (const auto& argument : argv) spec.argv.push_back(text_of(argument, "argv"));
  if (spec.argv.front().empty()) throw invalid("argv", "the program has no name");
  spec.env = read_environment(json.value("env", Json::object()));
  if (const auto given = json.find("directory"); given != json.end() && !given->is_null()) {
    spec.directory = text_of(*given, "directory");
    if (spec.directory.empty()) spec.directory = "/";
    if (spec.directory.front() != '/') throw invalid("directory", "an absolute path is expected");
  }
  if (const auto given = json.find("log"); given != json.end() && !given->is_null()) {
    spec.log = text_of(*given, "log");
    if (!spec.log.empty() && spec.log.front() != '/') throw invalid("log", "an absolute path is expected");
  }
  spec.limits = read_limits(json.value("limits", Json::object()));
  return spec;
}

std::string WorkloadSpec::program() const {
  const std::string& name = argv.front();
  if (name.find('/') != std::string::npos) return name;
  const auto path = env.find("PATH");
  const std::string_view folders =
      path == env.end() ? std::string_view("/usr/bin:/bin") : std::string_view(path->second);
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string candidate = std::string(folders.substr(begin, end - begin)) + "/" + name;
    if (end > begin && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  throw Failure(WYV_NOT_FOUND, "runtime.no_program",
                "the program '" + name + "' is in no folder of PATH (" + std::string(folders) +
                    "); install it, or name it with its path");
}

}  // namespace wyvern::process
