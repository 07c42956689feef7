// sdk/GUIDE.md, followed line by line by somebody who has the packages and an empty folder. A block with a file's name
// is that file; `sh` is run; `text` is what the commands before it print, in that order, where … stands for anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "deployment.hpp"
#include "document.hpp"

namespace wyvern::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path packages = WYVERN_BUILD_DIR "/tests/sdk/root/usr";

std::regex pattern_of(const std::string& line) {
  static const std::regex special(R"([.^$|()\[\]{}*+?\\])");
  const auto literal = std::regex_replace(line, special, R"(\$&)");
  return std::regex(std::regex_replace(literal, std::regex("…"), ".*"));
}

// The first line that `output` does not have after those before it, or nothing.
std::string missing_line(const std::string& expected, const std::string& output) {
  std::istringstream lines(expected);
  std::istringstream printed(output);
  for (std::string line; std::getline(lines, line);) {
    const auto pattern = pattern_of(line);
    std::string candidate;
    bool found = false;
    while (!found && std::getline(printed, candidate)) found = std::regex_search(candidate, pattern);
    if (!found) return line;
  }
  return {};
}

void expect_channel_operations_to_use_it(const std::filesystem::path& plugins) {
  Deployment wyvern({.sections = {{"plugin_dirs", {plugins.string(), WYVERN_BUILD_DIR "/lib/wyvern"}},
                                  {"outputs", {{"rtp", {{"plugin", "rtp-out"}}}}}}});
  Json channel = {{"name", "Multicast"},
                  {"video_format", "320x180p2500"},
                  {"output_type", "rtp"},
                  {"output_config", {{"host", "239.0.0.1"}, {"port", 5005}}}};
  const auto refused = wyvern.call("POST", "/playout/channels", channel);
  EXPECT_EQ(refused.status, 400) << refused.text;
  EXPECT_THAT(refused.text, HasSubstr("port must be even"));
  channel["output_config"]["port"] = 5004;
  const auto made = wyvern.call("POST", "/playout/channels", channel);
  EXPECT_EQ(made.status, 201) << made.text;
}

TEST(Guide, WorksLineByLine) {
  const auto guide = read_document(WYVERN_SOURCE_DIR "/sdk/GUIDE.md");
  const TemporaryFolder folder;
  const std::string environment = "set -euo pipefail\nexport PATH='" + (packages / "bin").string() +
                                  "':$PATH CMAKE_PREFIX_PATH='" + packages.string() + "'\n";
  std::string printed;
  int followed = 0;
  for (const auto& block : guide.blocks) {
    const std::string place = "sdk/GUIDE.md:" + std::to_string(block.line);
    if (block.note == "by hand") continue;
    ++followed;
    if (!block.note.empty()) {
      const auto file = folder.path() / block.note;
      std::filesystem::create_directories(file.parent_path());
      std::ofstream(file) << std::regex_replace(block.text, std::regex("/usr/lib/wyvern"),
                                                (packages / "lib/wyvern").string());
      if (block.language == "yaml") {
        const auto ran = run_shell(environment + "wyvern lint '" + file.string() + "'", folder.path());
        ASSERT_EQ(ran.status, 0) << place << "\n" << ran.output;
      }
    } else if (block.language == "sh") {
      // A sanitized build on a busy machine takes minutes.
      const auto ran = run_shell(environment + block.text, folder.path(), std::chrono::seconds(300));
      ASSERT_EQ(ran.status, 0) << place << "\n" << ran.output;
      printed = ran.output;
    } else if (block.language == "text") {
      EXPECT_EQ(missing_line(block.text, printed), "") << place << " is not printed by what stands before it:\n"
                                                       << printed;
    } else {
      ADD_FAILURE() << place << ": a block of " << block.language << " that is no file";
    }
  }
  EXPECT_GT(followed, 10);
  expect_channel_operations_to_use_it(folder.path() / "rtp-out/build");
}

TEST(Guide, IsHeldToTheOrderOfWhatItSaysIsPrinted) {
  EXPECT_EQ(missing_line("a\n… 3 …\n", "x\na\nis 3 here\n"), "");
  EXPECT_EQ(missing_line("b\na\n", "a\nb\n"), "a");
  EXPECT_EQ(missing_line("a.c\n", "abc\n"), "a.c");
}

}  // namespace
}  // namespace wyvern::test
