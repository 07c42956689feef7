// The headers as a reference: each function of the boundary says on which thread and in which state it may be called,
// and Doxygen makes pages of it without a complaint.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "deployment.hpp"
#include "document.hpp"

namespace wyvern::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// "wyv_store_v1.close", for each function pointer of a header whose comment, or that of its structure, has no tag. One
// comment may stand before several functions.
std::vector<std::string> functions_without_tag(std::istream& header) {
  static const std::regex structure(R"(^typedef struct (\w+) \{)");
  static const std::regex function(R"(^  \S.*\(\*(\w+)\)\()");
  static const std::regex tag(R"(\[(any|one|caller)( & (created|prepared|started|open))?\])");
  std::vector<std::string> missing;
  std::string type;
  std::string comment;
  std::string of_structure;
  bool within = false;
  for (std::string line; std::getline(header, line);) {
    std::smatch found;
    if (!within && line.find("/*") != std::string::npos && line.find_first_not_of(' ') == line.find("/*")) {
      comment.clear();
      within = true;
    }
    if (within) {
      comment += line + "\n";
      within = line.find("*/") == std::string::npos;
    } else if (line.empty()) {
      comment.clear();
    } else if (std::regex_search(line, found, structure)) {
      type = found[1];
      of_structure = comment;
      comment.clear();
    } else if (std::regex_search(line, found, function)) {
      if (!std::regex_search(comment, tag) && !std::regex_search(of_structure, tag))
        missing.push_back(type + "." + found[1].str());
    }
  }
  return missing;
}

TEST(Reference, SaysThreadAndStateOfEachFunctionOfTheBoundary) {
  int headers = 0;
  for (const auto& entry : std::filesystem::directory_iterator(WYVERN_SOURCE_DIR "/sdk/include/wyvern/abi")) {
    std::ifstream header(entry.path());
    EXPECT_THAT(functions_without_tag(header), IsEmpty()) << entry.path().filename();
    ++headers;
  }
  EXPECT_GE(headers, 9);
}

TEST(Reference, NoticesAFunctionWithoutThem) {
  std::istringstream header(
      "typedef struct wyv_a {\n  /* [any & created] One. */\n  void (*one)(void);\n  void (*two)(void);\n"
      "  /* Three. */\n  int (*three)(void);\n} wyv_a;\n");
  EXPECT_THAT(functions_without_tag(header), testing::ElementsAre("wyv_a.three"));
}

TEST(Reference, IsMadeWithoutAComplaint) {
  const TemporaryFolder folder;
  const auto ran = run_shell(std::string("'") + WYVERN_SOURCE_DIR + "/tools/reference' pages 2>&1", folder.path());
  const auto pages = folder.path() / "pages";
  ASSERT_EQ(ran.status, 0) << ran.output;
  EXPECT_THAT(ran.output, testing::Not(HasSubstr("warning"))) << ran.output;
  const auto page = read_file(pages / "structwyv__storage__v1.html");
  EXPECT_THAT(page, HasSubstr("<dt>Thread</dt>"));
  EXPECT_THAT(page, HasSubstr("<dt>State</dt>"));
  EXPECT_THAT(page, HasSubstr("May be short before it"));
}

}  // namespace
}  // namespace wyvern::test
