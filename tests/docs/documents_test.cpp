// A snippet that stops being true fails here. Blocks of `sh` run in their order, in a folder that looks like the tree,
// against a controller of this test; `yaml` goes through `wyvern lint`, `json` must parse. A block that installs
// packages or puts the demo on air is marked ```sh by hand: its programs must exist and know --help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "deployment.hpp"
#include "document.hpp"

namespace wyvern::test {
namespace {

using testing::HasSubstr;

const std::filesystem::path source = WYVERN_SOURCE_DIR;
const std::filesystem::path build = WYVERN_BUILD_DIR;

class Documents : public testing::TestWithParam<const char*> {
 protected:
  const Document document = read_document(source / GetParam());

  static std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }
};

TEST_P(Documents, SayWhatEachOfTheirBlocksIs) {
  static const std::set<std::string> known{"sh", "yaml", "json", "text"};
  int by_hand = 0;
  for (const auto& block : document.blocks) {
    EXPECT_TRUE(known.contains(block.language)) << GetParam() << ":" << block.line << ": '" << block.language << "'";
    EXPECT_TRUE(block.note.empty() || (block.language == "sh" && block.note == "by hand"))
        << GetParam() << ":" << block.line << ": '" << block.note << "'";
    by_hand += block.note.empty() ? 0 : 1;
  }
  EXPECT_LE(by_hand, 3) << "what no test runs is soon untrue";
}

TEST_P(Documents, HaveCommandsThatRun) {
  const auto blocks = document.of("sh");
  if (blocks.empty()) return;
  Deployment wyvern;
  const auto channel = wyvern.channel({{"name", "Demo"}});
  // As after tools/up: programs below build/release, the token below var.
  const TemporaryFolder tree;
  std::filesystem::create_directories(tree.path() / "build");
  std::filesystem::create_directories(tree.path() / "var");
  std::filesystem::create_symlink(build, tree.path() / "build" / "release");
  for (const char* part : {"configs", "tools"}) std::filesystem::create_symlink(source / part, tree.path() / part);
  std::ofstream(tree.path() / "var" / "admin.token") << wyvern.token() << "\n";

  std::ostringstream script;
  script << "set -euo pipefail\nexport WYVERN_URL=" << wyvern.url() << "\n";
  for (const auto& block : blocks) {
    auto text = std::regex_replace(block.text, std::regex("\\bCHANNEL\\b"), channel);
    text = std::regex_replace(text, std::regex("http://127\\.0\\.0\\.1:8080/api/v1"), wyvern.url());
    script << "echo '# " << GetParam() << ":" << block.line << "'\n" << text;
  }
  const auto ran = run_shell(script.str(), tree.path());
  EXPECT_EQ(ran.status, 0) << "in the block named last:\n" << ran.output;
  for (const auto& block : blocks)
    EXPECT_THAT(ran.output, HasSubstr("# " + std::string(GetParam()) + ":" + std::to_string(block.line) + "\n"));
  // curl calls an answer with an error a success; the contract's errors are told by their code.
  EXPECT_THAT(ran.output, testing::Not(HasSubstr("\"code\":"))) << ran.output;
}

TEST_P(Documents, HaveConfigurationsWithoutAFault) {
  const TemporaryFolder folder;
  for (const auto& block : document.of("yaml")) {
    const auto file = folder.path() / "wyvern.yaml";
    std::ofstream(file) << block.text;
    const auto ran = run_shell("export WYVERN_ADMIN_TOKEN=a-token-for-tests-0123456789\n" +
                                   quoted(build / "bin" / "wyvern") + " lint " + quoted(file),
                               folder.path());
    EXPECT_EQ(ran.status, 0) << GetParam() << ":" << block.line << "\n" << ran.output;
  }
}

TEST_P(Documents, HaveJsonThatParses) {
  for (const auto& block : document.of("json"))
    EXPECT_FALSE(Json::parse(block.text, nullptr, false).is_discarded()) << GetParam() << ":" << block.line;
}

TEST_P(Documents, NameProgramsForRunningByHandThatExistAndExplainThemselves) {
  const TemporaryFolder folder;
  for (const auto& block : document.of("sh", "by hand")) {
    std::istringstream lines(block.text);
    for (std::string line; std::getline(lines, line);) {
      const auto program = line.substr(0, line.find(' '));
      if (program.starts_with("tools/")) {
        ASSERT_TRUE(std::filesystem::exists(source / program)) << program;
        const auto ran = run_shell(quoted(source / program) + " --help", folder.path());
        EXPECT_EQ(ran.status, 0) << program << "\n" << ran.output;
        EXPECT_THAT(ran.output, HasSubstr(program));
      } else {
        EXPECT_EQ(run_shell("command -v '" + program + "'", folder.path()).status, 0) << program;
      }
    }
  }
}

// Paths of the tree, presets, and subcommands of `wyvern`, wherever the text names them.
TEST_P(Documents, NameNothingThatIsNotThere) {
  static const std::regex path("(sdk|kernel|plugins|configs|migrations|tests|tools|cmake)(/[A-Za-z0-9._-]+)+/?");
  static const std::regex preset("--preset ([a-z]+)");
  static const std::regex subcommand("wyvern ([a-z]+)( .*)?");
  const TemporaryFolder folder;
  auto code = document.inline_code;
  for (const auto& block : document.blocks)
    if (block.language == "sh") code.push_back(block.text);
  const auto presets = Json::parse(std::ifstream(source / "CMakePresets.json")).at("configurePresets").dump();
  for (const auto& text : code) {
    if (std::smatch match; std::regex_match(text, match, path) && text.find("NNN") == std::string::npos) {
      EXPECT_TRUE(std::filesystem::exists(source / text)) << text;
    }
    for (std::sregex_iterator at(text.begin(), text.end(), preset), end; at != end; ++at)
      EXPECT_THAT(presets, HasSubstr("\"name\":\"" + (*at)[1].str() + "\"")) << text;
    if (std::smatch match; std::regex_match(text, match, subcommand)) {
      EXPECT_EQ(run_shell(quoted(build / "bin" / "wyvern") + " " + match[1].str() + " --help", folder.path()).status, 0)
          << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Documents, testing::Values("README.md", "CONTRIBUTING.md"), [](const auto& info) {
  const std::string name = info.param;
  return name.substr(0, name.find('.'));
});

}  // namespace
}  // namespace wyvern::test
