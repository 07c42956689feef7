// What is wrong with a file, where, and what to do: the same for a person and for a program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wyvern::config {

using Json = nlohmann::json;

// Lines and columns count from 1; 0 means "the file as a whole".
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
};

enum class Severity { error, warning };

struct Diagnostic {
  Location at;
  Severity severity = Severity::error;
  std::string code;        // stable and dotted, "config.unknown_key"
  std::string path;        // JSON pointer into the file, "/outputs/srt/latency_ms"
  std::string message;     // a sentence
  std::string suggestion;  // "did you mean 'latency_ms'?", or empty
};

bool has_errors(const std::vector<Diagnostic>& diagnostics);

// One line each: "wyvern.yaml:12:5: error: unknown key 'latencyms' … [config.unknown_key]".
std::string as_text(const std::vector<Diagnostic>& diagnostics);
// {"faults": [{"file","line","column","severity","code","path","message","suggestion"}], "errors": n, "warnings": n}
Json as_json(const std::vector<Diagnostic>& diagnostics);

}  // namespace wyvern::config
