#include <gmock/gmock.h>

#include "written.hpp"

namespace wyvern::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Redacted = test::Written;

TEST_F(Redacted, PrintsNoSecretButWhereItComesFrom) {
  ::setenv("WYVERN_TEST_TOKEN", "from-the-environment", 1);
  const auto loaded = load(R"(wyvern: 1
roles: [controller]
identity: {bootstrap_token: "${env:WYVERN_TEST_TOKEN}"}
worker: {api_token: in-the-clear}
stores: {main: {plugin: store-sqlite, path: db, password: hunter2}}
)");
  ::unsetenv("WYVERN_TEST_TOKEN");
  ASSERT_TRUE(loaded.config) << as_text(loaded.diagnostics);
  EXPECT_EQ(loaded.config->sections["identity"]["bootstrap_token"], "from-the-environment");
  EXPECT_THAT(redacted(*loaded.config),
              AllOf(HasSubstr("bootstrap_token: \"${env:WYVERN_TEST_TOKEN}\""), HasSubstr("password: \"(secret)\""),
                    HasSubstr("api_token: \"(secret)\""), HasSubstr("readers: 8"), Not(HasSubstr("hunter2")),
                    Not(HasSubstr("in-the-clear")), Not(HasSubstr("from-the-environment"))));
}

TEST_F(Redacted, FaultsShowNoSecretEither) {
  EXPECT_EQ(fault(load("wyvern: 1\nroles: [node]\nruntimes: {a: {plugin: runtime-process}}\n"
                       "identity: {bootstrap_token: short-secret}\n")),
            "4:29 config.minLength expected at least 16 characters, found fewer");
  EXPECT_THAT(fault(load_store("    password: [hunter2]\n")), Not(HasSubstr("hunter2")));
}

TEST_F(Redacted, IsYamlThatMeansTheSame) {
  auto loaded = load_store("    label: no\n    tags: [\"a: b\", \"#c\"]\n");
  ASSERT_TRUE(loaded.config);
  auto again = load(redacted(*loaded.config));
  ASSERT_TRUE(again.config) << as_text(again.diagnostics) << redacted(*loaded.config);
  EXPECT_EQ(again.config->printable, loaded.config->printable);
}

}  // namespace
}  // namespace wyvern::config
