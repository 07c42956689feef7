// ${env:NAME} and ${file:/path}: after the parse, whole scalars only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace wyvern::config {

struct Substitution {
  enum class Outcome { none, value, fault };
  Outcome outcome = Outcome::none;
  std::string text;     // what it stands for
  std::string code;     // of the fault, "config.missing_env"
  std::string message;  // of the fault
};

// A relative file is found from `base`. One newline at the end of a file is no part of the value.
Substitution substitute(const std::string& scalar, const std::filesystem::path& base);

// The text of a file, or a reason why not. Refuses what is no regular file or larger than `limit` bytes.
struct FileText {
  std::optional<std::string> text;
  std::string reason;
};
FileText read_text(const std::filesystem::path& file, std::size_t limit);

bool is_utf8(const std::string& text);

}  // namespace wyvern::config
