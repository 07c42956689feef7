#include "runner/report.hpp"

#include <algorithm>
#include <cerrno>  // program_invocation_short_name
#include <sstream>

namespace wyvern::conformance {
namespace {

std::string indented(const std::string& text) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) result += "      " + line + "\n";
  return result;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(" '\"$`\\*?[]|&;<>()") == std::string::npos && !text.empty()) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string for_xml(const std::string& text) {
  std::string result;
  for (const unsigned char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "&#10;";
        break;
      default:
        if (c >= 0x20 || c == '\t') result += static_cast<char>(c);  // others are not allowed in XML at all
    }
  }
  return result;
}

long count(const Session& session, Verdict verdict) {
  return std::count_if(session.results.begin(), session.results.end(),
                       [&](const CheckResult& result) { return result.verdict == verdict; });
}

long bad(const Session& session) {
  return std::count_if(session.results.begin(), session.results.end(),
                       [](const CheckResult& result) { return result.bad(); });
}

}  // namespace

std::string again(const CheckResult& result, const Options& options) {
  std::string command = std::string(program_invocation_short_name) + " " + quoted(options.plugin.string()) +
                        " --only " +
                        quoted("^" + result.check.substr(0, result.check.find('.')) + "\\." +
                               result.check.substr(result.check.find('.') + 1) + "$");
  if (!result.kind.empty()) command += " --kind " + result.kind;
  if (!options.config.empty()) command += " --config " + quoted(options.config.string());
  if (const auto seed = options.seed + static_cast<std::uint64_t>(result.repetition); seed != 0)
    command += " --seed " + std::to_string(seed);
  return command;
}

void print(const CheckResult& result, const Options& options, std::ostream& out) {
  out << (result.bad() ? "FAIL" : result.verdict == Verdict::skipped ? "skip" : "ok  ") << "  " << result.check;
  if (result.verdict == Verdict::crashed || result.verdict == Verdict::hung)
    out << "  (" << to_string(result.verdict) << ")";
  out << '\n';
  if (result.verdict == Verdict::skipped && !result.reasons.empty()) out << indented(result.reasons[0]);
  if (!result.bad()) return;
  for (const auto& reason : result.reasons) out << indented(reason);
  for (const auto& frame : result.stack) out << "      at " << frame << '\n';
  if (!result.output.empty()) out << "      it wrote:\n" << indented(result.output);
  out << "      again: " << again(result, options) << '\n';
}

void print_sum(const Session& session, std::ostream& out) {
  out << count(session, Verdict::passed) << " passed, " << bad(session) << " failed";
  if (const long skipped = count(session, Verdict::skipped)) out << ", " << skipped << " skipped";
  if (const long left = count(session, Verdict::not_run)) out << ", " << left << " not run";
  out << std::endl;
}

Json as_json(const Session& session, const Options& options) {
  Json results = Json::array();
  for (const auto& result : session.results) {
    results.push_back({{"check", result.check},
                       {"kind", result.kind},
                       {"verdict", to_string(result.verdict)},
                       {"reasons", result.reasons},
                       {"stack", result.stack},
                       {"output", result.output},
                       {"took_ms", result.took.count()},
                       {"repetition", result.repetition},
                       {"again", again(result, options)}});
  }
  return {{"plugin", options.plugin.string()},
          {"id", session.manifest.is_object() ? session.manifest["id"] : Json()},
          {"version", session.manifest.is_object() ? session.manifest["version"] : Json()},
          {"seed", options.seed},
          {"results", std::move(results)},
          {"passed", count(session, Verdict::passed)},
          {"failed", bad(session)},
          {"skipped", count(session, Verdict::skipped)},
          {"not_run", count(session, Verdict::not_run)}};
}

void write_junit(const Session& session, const Options& options, std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" << for_xml(options.plugin.filename().string())
      << "\" tests=\"" << session.results.size() << "\" failures=\"" << bad(session) << "\" skipped=\""
      << count(session, Verdict::skipped) + count(session, Verdict::not_run) << "\">\n";
  for (const auto& result : session.results) {
    const auto dot = result.check.find('.');
    out << "  <testcase classname=\"" << for_xml(result.kind + "." + result.check.substr(0, dot)) << "\" name=\""
        << for_xml(result.check.substr(dot + 1)) << "\" time=\"" << static_cast<double>(result.took.count()) / 1000
        << "\">";
    std::string reasons;
    for (const auto& reason : result.reasons) reasons += reason + "\n";
    for (const auto& frame : result.stack) reasons += "at " + frame + "\n";
    if (result.bad())
      out << "<failure type=\"" << to_string(result.verdict) << "\" message=\""
          << for_xml(result.reasons.empty() ? "" : result.reasons[0]) << "\">" << for_xml(reasons) << "</failure>";
    else if (result.verdict != Verdict::passed)
      out << "<skipped message=\"" << for_xml(reasons) << "\"/>";
    out << "</testcase>\n";
  }
  out << "</testsuite>\n";
}

ExitCode exit_code(const Session& session) {
  if (bad(session) > 0 || count(session, Verdict::not_run) > 0) return exit_failed;
  if (count(session, Verdict::passed) == 0) return exit_all_skipped;
  return exit_passed;
}

}  // namespace wyvern::conformance
