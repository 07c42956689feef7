#include "boundary.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>

#include "plugin_host/scratch_folder.hpp"

namespace wyvern::test {
namespace {

namespace fs = std::filesystem;

int run(const std::string& command, std::string& output) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::array<char, 4096> piece;
  for (std::size_t count; (count = fread(piece.data(), 1, piece.size(), pipe)) > 0;) output.append(piece.data(), count);
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<std::smatch> matches(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), {}};
}

// "struct wyv_store_v1", for those that say their size.
std::set<std::string> growing_types(const fs::path& include) {
  static const std::regex definition(R"((struct wyv_\w+) \{\n(?:[^}]*\n)?  uint32_t struct_size;)");
  std::set<std::string> names;
  for (const auto& header : fs::directory_iterator(include / "wyvern/abi")) {
    const auto text = get_file(header.path());
    for (const auto& match : matches(text, definition)) names.insert(match[1]);
  }
  return names;
}

std::string attribute(const std::string& element, const std::string& name) {
  std::smatch found;
  return std::regex_search(element, found, std::regex(" " + name + "=\"([^\"]*)\"")) ? found[1].str() : "";
}

}  // namespace

std::vector<std::string> breaks_since(const fs::path& record, const fs::path& include) {
  const ScratchFolder scratch;
  const auto now = scratch.path() / "now.dump";
  const auto report = scratch.path() / "report.xml";
  std::string said;
  if (run(std::string(WYVERN_SOURCE_DIR) + "/tools/abi-dump '" + include.string() + "' now '" + now.string() + "'",
          said) != 0)
    throw std::runtime_error("tools/abi-dump: " + said);
  // 0: compatible by its own judgement, 1: not; anything else is a fault of its own.
  const int verdict =
      run("cd '" + scratch.path().string() + "' && abi-compliance-checker -l wyvern -binary -xml -old '" +
              record.string() + "' -new now.dump -report-path report.xml",
          said);
  if ((verdict != 0 && verdict != 1) || !fs::exists(report))
    throw std::runtime_error("abi-compliance-checker: " + said);

  const auto growing = growing_types(include);
  std::vector<std::string> breaks;
  const auto xml = get_file(report);
  static const std::regex removed(R"(<removed_symbols>([^]*?)</removed_symbols>)");
  static const std::regex name(R"(<name>shape_of_(\w+)</name>)");
  for (const auto& section : matches(xml, removed)) {
    const auto symbols = section[1].str();
    for (const auto& symbol : matches(symbols, name)) breaks.push_back(symbol[1].str() + ": it is gone");
  }
  static const std::regex type(R"re(<type name="([^"]*)">([^]*?)</type>)re");
  static const std::regex problem(R"re(<problem id="(\w+)">\s*(<change[^>]*>)([^<]*))re");
  for (const auto& of : matches(xml, type)) {
    const auto problems = of[2].str();
    for (const auto& each : matches(problems, problem)) {
      const auto id = each[1].str();
      if (id == "Added_Enum_Member") continue;
      if (growing.contains(of[1]) && (id == "Added_Field_And_Size" || id == "Added_Field" || id == "DataType_Size"))
        continue;
      const auto change = each[2].str();
      breaks.push_back(of[1].str() + ": " + id + " " + attribute(change, "target") + " " +
                       attribute(change, "old_value") + attribute(change, "old_size") + " -> " +
                       attribute(change, "new_value") + attribute(change, "new_size"));
    }
  }
  if (verdict == 1 && breaks.empty()) breaks.push_back("abi-compliance-checker says incompatible: " + said);
  return breaks;
}

}  // namespace wyvern::test
