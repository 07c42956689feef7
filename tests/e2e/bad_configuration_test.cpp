// A configuration that cannot be used: every fault in one pass, with its place and the remedy, and nothing half-made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "deployment.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using wyvern::test::Deployment;

class BadConfiguration : public testing::Test {
 protected:
  // What wyvernd said; it must have ended with status 1 and left nothing behind.
  std::string said(const std::string& yaml) {
    wyvern.configure(yaml);
    const auto [status, output] = wyvern.run_to_end();
    EXPECT_EQ(status, 1) << output;
    EXPECT_FALSE(std::filesystem::exists(wyvern.folder() / "state"));
    return output;
  }
  // The whole file is right but for what a test puts into it.
  static std::string with(const std::string& roles, const std::string& more = "") {
    return "wyvern: 1\nroles: " + roles + "\nstate_dir: state\n" + more +
           "stores: { main: { plugin: store-sqlite, path: state/wyvern.db } }\n"
           "storages: { media: { plugin: storage-local, root: library } }\n"
           "runtimes: { here: { plugin: runtime-process, state_dir: state/workers } }\n"
           "outputs: { srt: { plugin: output-srt } }\n"
           "engines: { main: { plugin: engine-gstreamer } }\n"
           "surfaces: { api: { plugin: rest, listen: \"127.0.0.1:0\" } }\n";
  }

  Deployment wyvern{{.start = false}};
};

TEST_F(BadConfiguration, IsToldWholeInOnePassWithPlacesAndWhatWasMeant) {
  const auto output = said(
      "wyvern: 1\n"
      "roles: [controler, node]\n"
      "state_dir: state\n"
      "stores:\n"
      "  main:\n"
      "    plugin: store-sqlite\n"
      "    paht: state/wyvern.db\n"
      "storages: { media: { plugin: storage-locl, root: library } }\n"
      "runtimes: { here: { plugin: runtime-process, state_dir: state/workers } }\n"
      "outputs: { srt: { plugin: output-srt } }\n"
      "engines: { main: { plugin: engine-gstreamer, preset: ultrafsat } }\n"
      "playout: { stop_grace_ms: soon }\n"
      "surfaces: { api: { plugin: rest, listen: \"127.0.0.1:0\" } }\n");
  EXPECT_THAT(output, HasSubstr("wyvern.yaml:2:9: error: expected one of \"controller\", \"node\", \"playout-worker\", "
                                "\"capture-worker\", found the string 'controler'; did you mean 'controller'?"));
  EXPECT_THAT(output, HasSubstr("wyvern.yaml:5:3: error: missing required 'path'"));
  EXPECT_THAT(output, HasSubstr("wyvern.yaml:7:5: error: unknown key 'paht'; did you mean 'path'?"));
  EXPECT_THAT(output, HasSubstr("wyvern.yaml:8:30: error: no plugin 'storage-locl' is installed; did you mean "
                                "'storage-local'? (at /storages/media/plugin) [config.unknown_plugin]"));
  EXPECT_THAT(output, AllOf(HasSubstr("wyvern.yaml:11:54: error: "), HasSubstr("did you mean 'ultrafast'?")));
  EXPECT_THAT(output, HasSubstr("wyvern.yaml:12:27: error: expected an integer, found the string 'soon'"));
}

TEST_F(BadConfiguration, ThatIsNoYamlIsToldWithLineAndColumn) {
  EXPECT_THAT(said("wyvern: 1\nroles: [controller\nstate_dir: state\n"),
              AllOf(testing::ContainsRegex("wyvern.yaml:[0-9]+:[0-9]+: error: "), HasSubstr("[config.yaml]")));
  EXPECT_THAT(said("wyvern: 1\nroles:\n\t- controller\n"), HasSubstr("wyvern.yaml:3:1: error: "));
}

TEST_F(BadConfiguration, ThatIsNotThereIsNamed) {
  std::filesystem::remove(wyvern.folder() / "wyvern.yaml");
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output,
              HasSubstr((wyvern.folder() / "wyvern.yaml").string() + ": error: the file cannot be read: No such"));
}

TEST_F(BadConfiguration, WhoseSecretsAreMissingNamesTheVariableAndTheFile) {
  const auto output = said(with("[controller, node]", "identity: { bootstrap_token: \"${env:NOBODY_SET_THIS}\" }\n"));
  EXPECT_THAT(output, AllOf(HasSubstr("wyvern.yaml:4:"), HasSubstr("NOBODY_SET_THIS")));
  EXPECT_THAT(said(with("[controller, node]", "identity: { bootstrap_token: \"${file:/nowhere/token}\" }\n")),
              AllOf(HasSubstr("wyvern.yaml:4:"), HasSubstr("/nowhere/token"), HasSubstr("No such file")));
}

TEST_F(BadConfiguration, OfAControllerWithoutAnEngineSaysWhatIsMissing) {
  auto yaml = with("[controller, node]");
  yaml.erase(yaml.find("engines:"), yaml.find("surfaces:") - yaml.find("engines:"));
  wyvern.configure(yaml);
  const auto [status, output] = wyvern.run_to_end();
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, AllOf(HasSubstr("wyvern.yaml"), HasSubstr("engine"), HasSubstr("needs")));
}

}  // namespace
