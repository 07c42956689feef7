#include "config/substitution.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

namespace wyvern::config {
namespace {

constexpr std::size_t substituted_file_limit = std::size_t{64} * 1024;  // bytes

Substitution fault(std::string code, std::string message) {
  return {Substitution::Outcome::fault, {}, std::move(code), std::move(message)};
}

Substitution checked(std::string text, const std::string& what) {
  if (!is_utf8(text) || text.find('\0') != std::string::npos)
    return fault("config.substitution", what + " does not hold UTF-8 text");
  return {Substitution::Outcome::value, std::move(text), {}, {}};
}

Substitution from_environment(const std::string& name) {
  const bool well_formed = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!well_formed) return fault("config.substitution", "'" + name + "' is no name of an environment variable");
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read before any thread is started
  if (value == nullptr) return fault("config.missing_env", "the environment variable " + name + " is not set");
  return checked(value, "the environment variable " + name);
}

Substitution from_file(const std::string& name, const std::filesystem::path& base) {
  if (name.empty()) return fault("config.substitution", "${file:} names no file");
  auto read = read_text(base / name, substituted_file_limit);
  if (!read.text) return fault("config.missing_file", "the file '" + name + "' cannot be read: " + read.reason);
  auto text = std::move(*read.text);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return checked(std::move(text), "the file '" + name + "'");
}

}  // namespace

Substitution substitute(const std::string& scalar, const std::filesystem::path& base) {
  const std::string_view text = scalar;
  const bool whole = text.starts_with("${") && text.ends_with('}') && text.find("${", 2) == std::string_view::npos;
  if (!whole) {
    if (text.find("${env:") == std::string_view::npos && text.find("${file:") == std::string_view::npos) return {};
    return fault("config.partial_substitution", "a substitution must be the whole value, with no text around it");
  }
  const auto inside = text.substr(2, text.size() - 3);
  if (inside.starts_with("env:")) return from_environment(std::string(inside.substr(4)));
  if (inside.starts_with("file:")) return from_file(std::string(inside.substr(5)), base);
  return fault("config.substitution", "unknown substitution: it is ${env:NAME} or ${file:/path}");
}

FileText read_text(const std::filesystem::path& file, std::size_t limit) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return {std::nullopt, std::generic_category().message(errno)};
  struct Closer {
    int descriptor;
    ~Closer() { ::close(descriptor); }
  } closer{descriptor};
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return {std::nullopt, std::generic_category().message(errno)};
  if (S_ISDIR(status.st_mode)) return {std::nullopt, "it is a folder"};
  if (!S_ISREG(status.st_mode)) return {std::nullopt, "it is not a regular file"};
  std::string text;
  char buffer[16384];
  for (;;) {
    const auto count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return {std::nullopt, std::generic_category().message(errno)};
    if (count == 0) return {std::move(text), {}};
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > limit) return {std::nullopt, "it is larger than " + std::to_string(limit) + " bytes"};
  }
}

bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace wyvern::config
