#include <gmock/gmock.h>

#include "written.hpp"

namespace wyvern::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Substitution : public test::Written {
 protected:
  Substitution() { ::unsetenv("WYVERN_TEST_VALUE"); }
  ~Substitution() override { ::unsetenv("WYVERN_TEST_VALUE"); }
  static void set(const std::string& value) { ::setenv("WYVERN_TEST_VALUE", value.c_str(), 1); }
};

TEST_F(Substitution, KeepsAStringAStringWhateverItLooksLike) {
  for (const char* value : {"0123", "true", "null", "1e5", "[a]", "a: b", "${env:HOME}", ""}) {
    set(value);
    EXPECT_EQ(settings("    password: ${env:WYVERN_TEST_VALUE}\n")["password"], value);
    EXPECT_EQ(settings("    password: \"${env:WYVERN_TEST_VALUE}\"\n")["password"], value);
  }
}

TEST_F(Substitution, BecomesANumberWhereTheSchemaAsksForOne) {
  set("12");
  EXPECT_EQ(settings("    readers: ${env:WYVERN_TEST_VALUE}\n")["readers"], 12);
  EXPECT_EQ(settings("    size: ${env:WYVERN_TEST_VALUE}\n")["size"], "12");
}

TEST_F(Substitution, OfTheWrongTypeIsAFaultThatDoesNotShowTheValue) {
  set("hunter2");
  EXPECT_EQ(fault(load_store("    readers: ${env:WYVERN_TEST_VALUE}\n")),
            "7:14 config.substitution_type what ${env:WYVERN_TEST_VALUE} stands for is not of the type integer");
}

TEST_F(Substitution, ThatBreaksItsSchemaIsAFaultThatDoesNotShowTheValue) {
  set("HUNTER2");
  EXPECT_THAT(fault(load_store("    label: ${env:WYVERN_TEST_VALUE}\n")),
              AllOf(HasSubstr("7:12 config.value what ${env:WYVERN_TEST_VALUE} stands for is not allowed here"),
                    Not(HasSubstr("HUNTER2"))));
}

TEST_F(Substitution, OfAMissingVariableNamesIt) {
  EXPECT_EQ(fault(load_store("    password: ${env:WYVERN_TEST_VALUE}\n")),
            "7:15 config.missing_env the environment variable WYVERN_TEST_VALUE is not set");
}

TEST_F(Substitution, ReadsAFileBesideTheConfigurationWithoutItsLastNewline) {
  write("secret", "two\nlines\n");
  EXPECT_EQ(settings("    password: ${file:secret}\n")["password"], "two\nlines");
  EXPECT_EQ(settings("    password: ${file:" + (folder_ / "secret").string() + "}\n")["password"], "two\nlines");
}

TEST_F(Substitution, OfAFileThatCannotBeReadNamesIt) {
  EXPECT_EQ(fault(load_store("    password: ${file:/no/such/secret}\n")),
            "7:15 config.missing_file the file '/no/such/secret' cannot be read: No such file or directory");
}

TEST_F(Substitution, IsForWholeValuesOnly) {
  EXPECT_THAT(fault(load_store("    password: \"a${env:HOME}\"\n")), HasSubstr("config.partial_substitution"));
  EXPECT_THAT(fault(load_store("    password: ${evn:HOME}\n")), HasSubstr("config.substitution"));
  EXPECT_EQ(settings("    password: costs ${5}\n")["password"], "costs ${5}");
}

TEST_F(Substitution, OfBytesThatAreNoTextIsRefused) {
  set("\xff");
  EXPECT_THAT(fault(load_store("    password: ${env:WYVERN_TEST_VALUE}\n")), HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace wyvern::config
