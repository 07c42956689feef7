#include <gmock/gmock.h>

#include "written.hpp"

namespace wyvern::config {
namespace {

using testing::ElementsAre;

using Load = test::Written;

TEST_F(Load, TakesAWholeFile) {
  const auto loaded = load(R"(wyvern: 1
roles: [controller, node]
state_dir: var
plugin_dirs: [lib, /opt/wyvern]
log: {level: debug}
surfaces: {api: {plugin: rest, listen: 127.0.0.1:8080}}
runtimes: {here: {plugin: runtime-process}}
stores: {main: {plugin: store-sqlite, path: var/wyvern.db}}
)");
  ASSERT_TRUE(loaded.config) << as_text(loaded.diagnostics);
  const auto& config = *loaded.config;
  EXPECT_THAT(config.roles, ElementsAre("controller", "node"));
  EXPECT_EQ(config.state_dir, folder_ / "var");
  EXPECT_THAT(config.plugin_dirs, ElementsAre(folder_ / "lib", "/opt/wyvern"));
  EXPECT_EQ(config.sections["log"]["level"], "debug");
  EXPECT_EQ(config.sections["log"]["format"], "json");
  EXPECT_EQ(config.sections["playout"]["preview"], true);
  EXPECT_EQ(config.sections["worker"], Json::object());
  ASSERT_EQ(config.instances.size(), 3U);
  EXPECT_EQ(config.instances[0].kind, "store");
  EXPECT_EQ(config.instances[0].settings["path"], (folder_ / "var/wyvern.db").string());
  EXPECT_EQ(config.instances[0].settings["readers"], 8);
  EXPECT_FALSE(config.instances[0].settings.contains("plugin"));
  EXPECT_EQ(config.instances[0].at.line, 8);
  EXPECT_EQ(config.instances[1].name, "here");
  EXPECT_EQ(config.instances[2].plugin, "rest");
}

TEST_F(Load, KeepsInstancesOfAKindInTheOrderOfTheFile) {
  const auto loaded =
      load("wyvern: 1\nroles: [node]\nruntimes:\n  z: {plugin: runtime-process}\n  a: {plugin: runtime-process}\n");
  ASSERT_TRUE(loaded.config) << as_text(loaded.diagnostics);
  EXPECT_EQ(loaded.config->instances[0].name, "z");
  EXPECT_EQ(loaded.config->instances[1].name, "a");
}

TEST_F(Load, GivesEveryScalarTheTypeOfItsSchema) {
  EXPECT_EQ(settings("    label: no\n")["label"], "no");
  EXPECT_EQ(settings("    tags: [0123, 1e3, true, 5, 1.10, 2026-01-01]\n")["tags"],
            Json({"0123", "1e3", "true", "5", "1.10", "2026-01-01"}));
  EXPECT_EQ(settings("    readers: 12\n")["readers"], 12);
  EXPECT_EQ(settings("    sync: true\n")["sync"], true);
  EXPECT_EQ(settings("    ratio: 3\n")["ratio"], 3);
  EXPECT_EQ(settings("    ratio: 1.5e2\n")["ratio"], 150.0);
  EXPECT_EQ(settings("    size: 12\n")["size"], 12);
  EXPECT_EQ(settings("    size: \"12\"\n")["size"], "12");
  EXPECT_EQ(settings("    size: 12MB\n")["size"], "12MB");
}

TEST_F(Load, FillsDefaultsIntoWhatIsThereOnly) {
  EXPECT_EQ(settings("    limits: {}\n")["limits"], Json({{"rows", 5}}));
  EXPECT_FALSE(settings("").contains("limits"));
}

TEST_F(Load, FollowsAliases) {
  const auto loaded =
      load("wyvern: 1\nroles: [controller]\nstores:\n  a: &a {plugin: store-sqlite, path: /db}\n  b: *a\n");
  ASSERT_TRUE(loaded.config) << as_text(loaded.diagnostics);
  EXPECT_EQ(loaded.config->instances[1].settings["path"], "/db");
}

TEST_F(Load, FindsThePluginFoldersOfAFileThatIsOtherwiseWrong) {
  write("wyvern.yaml", "plugin_dirs: [mine, /theirs]\nnonsense: [1\n");
  EXPECT_TRUE(plugin_dirs_in(folder_ / "wyvern.yaml").empty());
  write("wyvern.yaml", "plugin_dirs: [mine, /theirs]\nnonsense: 1\n");
  EXPECT_THAT(plugin_dirs_in(folder_ / "wyvern.yaml"), ElementsAre(folder_ / "mine", "/theirs"));
  EXPECT_TRUE(plugin_dirs_in("/no/such/file").empty());
}

}  // namespace
}  // namespace wyvern::config
