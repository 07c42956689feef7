#include <gmock/gmock.h>

#include "written.hpp"

namespace wyvern::config {
namespace {

using testing::HasSubstr;

class HostileYaml : public test::Written {
 protected:
  std::string faults_of(const std::string& text) {
    const auto loaded = load(text);
    EXPECT_FALSE(loaded.config);
    return as_text(loaded.diagnostics);
  }
};

TEST_F(HostileYaml, ThatIsEmptyIsSaidToBe) {
  EXPECT_THAT(faults_of(""), HasSubstr("config.empty"));
  EXPECT_THAT(faults_of("# nothing\n"), HasSubstr("config.empty"));
}

TEST_F(HostileYaml, ThatIsNoMapIsRefused) { EXPECT_THAT(faults_of("- a\n"), HasSubstr("must be a map")); }

TEST_F(HostileYaml, ThatIsTooLargeIsNotParsed) {
  EXPECT_THAT(faults_of(std::string((1U << 20U) + 1, '#')), HasSubstr("larger than 1048576"));
}

TEST_F(HostileYaml, WithDeepNestingIsRefused) {
  EXPECT_THAT(faults_of("a: " + std::string(100'000, '[')), HasSubstr("deeper than 64"));
  std::string block;
  for (int i = 0; i < 300; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(faults_of(block), HasSubstr("deeper than 64"));
}

TEST_F(HostileYaml, ThatMultipliesThroughAliasesIsRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " + before +
            ", " + before + ", " + before + ", " + before + "]\n";
  }
  EXPECT_THAT(faults_of(bomb), HasSubstr("expands to more than 50000"));
}

TEST_F(HostileYaml, WithEndlessAliasesIsRefused) {
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 5000; ++i)
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(faults_of(chain), HasSubstr("more than 64 aliases"));
}

TEST_F(HostileYaml, WhoseAliasHoldsItselfIsRefused) {
  EXPECT_THAT(faults_of("a: &a [*a]\n"), HasSubstr("config.alias"));
  EXPECT_THAT(faults_of("a: &a {b: {c: *a}}\n"), HasSubstr("config.alias"));
}

TEST_F(HostileYaml, WithBytesThatAreNoTextIsRefused) {
  EXPECT_THAT(faults_of("a: \xff\xfe\n"), HasSubstr("not UTF-8"));
}

TEST_F(HostileYaml, WithTagsIsRefused) {
  EXPECT_THAT(faults_of("wyvern: !!python/object 1\n"), HasSubstr("config.tag"));
}

TEST_F(HostileYaml, WithTwoDocumentsIsRefused) {
  EXPECT_THAT(faults_of("wyvern: 1\n---\nwyvern: 1\n"), HasSubstr("2:1"));
}

TEST_F(HostileYaml, WithKeysThatAreNoTextIsRefused) {
  EXPECT_THAT(faults_of("? [a, b]\n: 1\n"), HasSubstr("a key must be plain text"));
}

}  // namespace
}  // namespace wyvern::config
