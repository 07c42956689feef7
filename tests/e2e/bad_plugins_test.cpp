// Plugins that are missing or wrong, each in one way: told at the start with their file and the remedy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "deployment.hpp"

namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using wyvern::test::Deployment;
using Json = nlohmann::json;

// A folder with every plugin of this build but one, and a deployment that looks for its plugins there.
class BadPlugins : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(plugins);
    for (const auto& plugin : fs::directory_iterator(WYVERN_BUILD_DIR "/lib/wyvern"))
      if (plugin.path().extension() == ".so") install(plugin.path());
  }
  void install(const fs::path& file) const { fs::create_symlink(file, plugins / file.filename()); }
  void install_fixture(const std::string& name) const { install(WYVERN_PLUGIN_FIXTURES "/" + name + ".so"); }
  void use(const Json& sections) {
    Json config = Json::parse(wyvern::test::read_file(wyvern.folder() / "wyvern.yaml"));
    config["plugin_dirs"] = {plugins.string()};
    config.merge_patch(sections);
    wyvern.configure(config.dump(2));
  }
  // What wyvernd says of a configuration with one more output, which is of this plugin.
  std::string said_of(const std::string& plugin) {
    use({{"outputs", {{"odd", {{"plugin", plugin}}}}}});
    const auto [status, output] = wyvern.run_to_end();
    EXPECT_EQ(status, 1) << output;
    return output;
  }
  std::string file_of(const std::string& plugin) const { return (plugins / (plugin + ".so")).string(); }
  // Nothing that the failed start left is in the way of one without the bad plugin.
  void expect_a_good_start() {
    use({{"outputs", {{"odd", nullptr}}}});
    wyvern.start();
    EXPECT_EQ(wyvern.call("GET", "/playout/channels").status, 200);
  }

  Deployment wyvern{{.start = false, .environment = {{"WYVERN_CACHE_DIR", cache.path().string()}}}};
  fs::path plugins = wyvern.folder() / "plugins";

 private:
  static wyvern::test::TemporaryFolder cache;
};

wyvern::test::TemporaryFolder BadPlugins::cache;

TEST_F(BadPlugins, WhoseFileIsMissingAreNamedWithTheirPlaceInTheConfiguration) {
  fs::remove(plugins / "output-srt.so");
  use(Json::object());
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, AllOf(testing::ContainsRegex("wyvern.yaml:[0-9]+:[0-9]+: error: no plugin 'output-srt' is "
                                                   "installed"),
                            HasSubstr("(at /outputs/srt/plugin) [config.unknown_plugin]")));
  EXPECT_FALSE(fs::exists(wyvern.folder() / "state"));
}

TEST_F(BadPlugins, WhoseFolderIsMissingAreToldByThatFolder) {
  fs::remove_all(plugins);
  use(Json::object());
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, AllOf(HasSubstr("the plugin folder '" + plugins.string() + "' cannot be read: No such file"),
                            HasSubstr("no plugin is installed in the folders that were searched")));
}

TEST_F(BadPlugins, ThatWantASymbolWhichNobodyHasNameIt) {
  install_fixture("undefined-symbol");
  EXPECT_THAT(said_of("undefined-symbol"),
              AllOf(HasSubstr("the plugin 'undefined-symbol' (" + file_of("undefined-symbol") + ") cannot be loaded"),
                    HasSubstr("undefined symbol: found_in_no_library")));
  expect_a_good_start();
}

TEST_F(BadPlugins, WithoutAnEntrySayWhatIsMissing) {
  install_fixture("no-entry");
  EXPECT_THAT(said_of("no-entry"), AllOf(HasSubstr(file_of("no-entry")), HasSubstr("does not export wyvern_plugin"),
                                         HasSubstr("WYVERN_PLUGIN(...) is missing or the symbol is hidden")));
  expect_a_good_start();
}

TEST_F(BadPlugins, OfAnotherAbiNameBothVersionsAndTheRemedy) {
  install_fixture("older-major");
  EXPECT_THAT(said_of("older-major"),
              AllOf(HasSubstr(file_of("older-major")), HasSubstr("the plugin has ABI 0."), HasSubstr("the kernel 1."),
                    HasSubstr("rebuild the plugin with a newer SDK")));
  install_fixture("newer-minor");
  EXPECT_THAT(said_of("newer-minor"), AllOf(HasSubstr(file_of("newer-minor")), HasSubstr("the plugin has ABI 1.9"),
                                            HasSubstr("use a newer kernel")));
  expect_a_good_start();
}

TEST_F(BadPlugins, ThatCrashAreQuarantinedWithTheReasonAndTheWayOut) {
  install_fixture("crash-in-entry");
  EXPECT_THAT(said_of("crash-in-entry"), AllOf(HasSubstr(file_of("crash-in-entry")), HasSubstr("is quarantined: "),
                                               HasSubstr("SIG"), HasSubstr("wyvern plugins --retry")));
  // Known by now, so that it is refused where it is named.
  EXPECT_THAT(said_of("crash-in-entry"), AllOf(testing::ContainsRegex("wyvern.yaml:[0-9]+:[0-9]+: error: the plugin"),
                                               HasSubstr("[config.plugin_refused]"), HasSubstr("SIG")));
  expect_a_good_start();
}

TEST_F(BadPlugins, ThatAreNoLibraryAreRefusedWhereTheyAreNamed) {
  std::ofstream(plugins / "words.so") << "This is a letter.";
  EXPECT_THAT(said_of("words"), AllOf(testing::ContainsRegex("wyvern.yaml:[0-9]+:[0-9]+: error: the plugin 'words' is "
                                                             "installed but cannot be used: "),
                                      HasSubstr("[config.plugin_refused]")));
  expect_a_good_start();
}

TEST_F(BadPlugins, OfAWorkerEndTheStartOfItsChannelInErrorAndNothingRuns) {
  use(Json::object());
  wyvern.start();
  fs::remove(plugins / "worker-api.so");
  const auto channel = wyvern.channel();
  const auto started = wyvern.call("POST", "/playout/channels/" + channel + "/start");
  EXPECT_EQ(started.status, 500) << started.text;
  EXPECT_EQ(started.body["code"], "playout.start_failed");
  const std::string error = started.body["error"];
  EXPECT_THAT(error,
              AllOf(HasSubstr("the worker ended while it started"), HasSubstr("no plugin 'worker-api' is installed")));
  const Json after = wyvern.call("GET", "/playout/channels/" + channel).body;
  EXPECT_EQ(after["status"], "error");
  EXPECT_EQ(after["error_message"], error);
  EXPECT_TRUE(after["container_id"].is_null());
  EXPECT_TRUE(wyvern.logged("no plugin 'worker-api' is installed")) << wyvern.log();
  EXPECT_EQ(wyvern.worker_pid(channel), 0);
  // Mended, all starts: no port, no claim and no process was left behind, not even in the way of another channel.
  install(WYVERN_BUILD_DIR "/lib/wyvern/worker-api.so");
  const auto other = wyvern.channel({{"output_config", after["output_config"]}});
  EXPECT_EQ(wyvern.call("POST", "/playout/channels/" + other + "/start").status, 200);
  EXPECT_EQ(wyvern.call("POST", "/playout/channels/" + other + "/stop").status, 200);
  const auto again = wyvern.call("POST", "/playout/channels/" + channel + "/start");
  EXPECT_EQ(again.status, 200) << again.text;
  EXPECT_TRUE(again.body["error_message"].is_null());
}

}  // namespace
