#include <gmock/gmock.h>

#include "sqlite_plugin.hpp"

namespace wyvern::test {

TEST(SqliteConfiguration, The_manifest_and_the_descriptor_agree) {
  const auto manifest = sqlite_plugin().manifest();
  EXPECT_EQ(manifest["id"], text(sqlite_plugin().plugin().id));
  EXPECT_EQ(manifest["version"], text(sqlite_plugin().plugin().version));
  EXPECT_EQ(manifest["kinds"], Json::array({"store"}));
  EXPECT_TRUE(manifest["schema"]["properties"].contains("path"));
}

TEST(SqliteConfiguration, A_missing_path_and_wrong_values_are_refused) {
  for (const Json& config :
       {Json::object(), Json{{"path", ""}}, Json{{"path", 3}}, Json{{"path", "x"}, {"read_sessions", 0}},
        Json{{"path", "x"}, {"read_sessions", 1000}}, Json{{"path", "x"}, {"read_sessions", "many"}}}) {
    SCOPED_TRACE(config.dump());
    const auto made = PluginInstance::create(sqlite_plugin(), "store", config);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().status, WYV_INVALID);
  }
}

TEST(SqliteConfiguration, Another_kind_is_not_supported) {
  const auto made = PluginInstance::create(sqlite_plugin(), "output", {{"path", "x"}});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().status, WYV_UNSUPPORTED);
}

TEST(SqliteConfiguration, Creating_an_instance_touches_nothing) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "deep/state.db");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SqliteConfiguration, An_unknown_service_is_null) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "state.db");
  EXPECT_EQ(instance->table<void>("wyvern.nothing/1"), nullptr);
  EXPECT_NE(instance->table<void>(WYV_STORE_SERVICE), nullptr);
}

}  // namespace wyvern::test
