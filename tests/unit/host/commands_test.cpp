#include <gmock/gmock.h>

#include <sstream>

#include "host/lint_command.hpp"
#include "host/plugins_command.hpp"
#include "host/probe.hpp"
#include "scratch.hpp"

namespace wyvern::host {
namespace {

using test::Scratch;
using test::write_file;
using testing::HasSubstr;

class LintCommand : public testing::Test {
 protected:
  LintCommand() { scratch_.add("actor"); }
  int lint(const std::string& yaml, bool json = false) {
    write_file(scratch_ / "wyvern.yaml", yaml);
    out_.str("");
    return lint_command({scratch_ / "wyvern.yaml", json, {scratch_ / "plugins"}}, out_);
  }

  Scratch scratch_;
  std::ostringstream out_;
};

TEST_F(LintCommand, IsContentWithAGoodFile) {
  EXPECT_EQ(lint("wyvern: 1\nroles: [controller]\nstores: {main: {plugin: actor}}\n"), 0) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("no faults"));
}

TEST_F(LintCommand, ChecksSettingsAgainstTheSchemaOfAPluginThatItNeverRan) {
  EXPECT_EQ(lint("wyvern: 1\nroles: [controller]\nstores:\n  main: {plugin: actor, chater: 3}\n"), 1);
  EXPECT_THAT(out_.str(), HasSubstr("wyvern.yaml:4:25: error: unknown key 'chater'; did you mean 'chatter'?"));
}

TEST_F(LintCommand, SpeaksJson) {
  EXPECT_EQ(lint("wyvern: 1\nroles: [controler]\nstores: {main: {plugin: acter}}\n", true), 1);
  const auto report = Json::parse(out_.str());
  EXPECT_EQ(report["errors"], 2);
  EXPECT_EQ(report["faults"][0]["suggestion"], "did you mean 'controller'?");
  EXPECT_EQ(report["faults"][1]["code"], "config.unknown_plugin");
  EXPECT_EQ(report["faults"][1]["line"], 3);
}

TEST_F(LintCommand, WithoutAFileIsAMistakeOfUse) { EXPECT_EQ(lint_command({}, out_), 2); }

class PluginsCommand : public testing::Test {
 protected:
  int list(bool json, bool retry = false) {
    out_.str("");
    return plugins_command({json, retry, {scratch_ / "plugins"}, scratch_ / "cache"}, out_);
  }

  Scratch scratch_;
  std::ostringstream out_;
};

TEST_F(PluginsCommand, TellsAllOfAManifest) {
  scratch_.add("actor");
  ASSERT_EQ(list(true), 0);
  const auto plugin = Json::parse(out_.str())["plugins"][0];
  EXPECT_EQ(plugin["id"], "actor");
  EXPECT_EQ(plugin["state"], "available");
  EXPECT_EQ(plugin["provides"][0], "test.sum/1");
  EXPECT_EQ(plugin["schema"]["properties"]["chatter"]["default"], 0);
  ASSERT_EQ(list(false), 0);
  EXPECT_THAT(out_.str(), HasSubstr("store,runtime,output,surface"));
}

TEST_F(PluginsCommand, ShowsAQuarantineWithItsReasonAndClearsIt) {
  PluginInfo info;
  info.id = "crash-in-constructor";
  info.path = scratch_.add(info.id);
  ASSERT_FALSE(probe(info, scratch_.probe_options()));
  ASSERT_EQ(list(false), 0);
  EXPECT_THAT(out_.str(), HasSubstr("quarantined"));
  EXPECT_THAT(out_.str(), HasSubstr("SIGABRT"));
  ASSERT_EQ(list(false, true), 0);
  EXPECT_THAT(out_.str(), HasSubstr("cleared 1 from quarantine"));
  EXPECT_THAT(out_.str(), HasSubstr("available"));
}

}  // namespace
}  // namespace wyvern::host
