#include "config/diagnostic.hpp"

#include <algorithm>

namespace wyvern::config {
namespace {

const char* word(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

}  // namespace

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
}

std::string as_text(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const auto& fault : diagnostics) {
    text += fault.at.file;
    if (fault.at.line > 0) text += ":" + std::to_string(fault.at.line) + ":" + std::to_string(fault.at.column);
    text += std::string(": ") + word(fault.severity) + ": " + fault.message;
    if (!fault.suggestion.empty()) text += "; " + fault.suggestion;
    if (!fault.path.empty()) text += " (at " + fault.path + ")";
    text += " [" + fault.code + "]\n";
  }
  return text;
}

Json as_json(const std::vector<Diagnostic>& diagnostics) {
  Json faults = Json::array();
  std::size_t errors = 0;
  for (const auto& fault : diagnostics) {
    if (fault.severity == Severity::error) ++errors;
    faults.push_back({{"file", fault.at.file},
                      {"line", fault.at.line},
                      {"column", fault.at.column},
                      {"severity", word(fault.severity)},
                      {"code", fault.code},
                      {"path", fault.path},
                      {"message", fault.message},
                      {"suggestion", fault.suggestion}});
  }
  return {{"faults", std::move(faults)}, {"errors", errors}, {"warnings", diagnostics.size() - errors}};
}

}  // namespace wyvern::config
