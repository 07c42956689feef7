#include <gmock/gmock.h>

#include "written.hpp"

namespace wyvern::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Faults : public test::Written {
 protected:
  std::string of(const std::string& text) { return fault(load(text)); }
  std::string of_store(const std::string& settings) { return fault(load_store(settings)); }
};

TEST_F(Faults, AreAllFoundInOnePassInTheOrderOfTheFile) {
  const auto loaded = load(R"(wyvern: 2
roles: [controller, nod]
storse: {}
stores:
  main:
    plugin: store-sqlite
    paht: db
    readers: many
    sync: yes
  other: {plugin: store-sqlit}
surfaces:
  a: {plugin: rest, listen: "0.0.0.0:80"}
  b: {plugin: rest, listen: "127.0.0.1:80"}
)");
  EXPECT_FALSE(loaded.config);
  std::vector<std::string> found;
  for (const auto& fault : loaded.diagnostics) found.push_back(std::to_string(fault.at.line) + " " + fault.code);
  EXPECT_THAT(found, testing::ElementsAre("1 config.value", "2 config.value", "3 config.unknown_key",
                                          "5 config.missing_key", "7 config.unknown_key", "8 config.type",
                                          "9 config.type", "10 config.unknown_plugin", "13 config.listen_conflict"));
}

TEST_F(Faults, OfAnUnknownKeyPointToItAndSuggestTheOneThatWasMeant) {
  EXPECT_EQ(of_store("    reader: 3\n"), "7:5 config.unknown_key unknown key 'reader'; did you mean 'readers'?");
}

TEST_F(Faults, OfAnUnknownSectionSuggestOne) {
  EXPECT_EQ(of("wyvern: 1\nroles: [node]\nruntimes: {a: {plugin: runtime-process}}\noutput: {}\n"),
            "4:1 config.unknown_key unknown key 'output'; did you mean 'outputs'?");
}

TEST_F(Faults, OfTypesNameTheFoundAndTheExpectedOne) {
  EXPECT_EQ(of_store("    readers: many\n"), "7:14 config.type expected an integer, found the string 'many'");
  EXPECT_EQ(of_store("    readers: \"5\"\n"), "7:14 config.type expected an integer, found the string '5'");
  EXPECT_EQ(of_store("    readers: 5.5\n"), "7:14 config.type expected an integer, found the string '5.5'");
  EXPECT_EQ(of_store("    readers: 05\n"), "7:14 config.type expected an integer, found the string '05'");
  EXPECT_EQ(of_store("    sync: no\n"), "7:11 config.type expected a boolean, found the string 'no'");
  EXPECT_EQ(of_store("    label:\n"), "7:5 config.type expected a string, found nothing");
  EXPECT_EQ(of_store("    label: ~\n"), "7:5 config.type expected a string, found nothing");
  EXPECT_EQ(of_store("    label: [a]\n"), "7:12 config.type expected a string, found an array");
  EXPECT_EQ(of_store("    tags: a\n"), "7:11 config.type expected an array, found the string 'a'");
}

TEST_F(Faults, OfRangesAndChoicesSayWhatIsAllowed) {
  EXPECT_EQ(of_store("    readers: 65\n"), "7:14 config.maximum expected at most 64, found the number 65");
  EXPECT_EQ(of_store("    mode: sfae\n"),
            "7:11 config.value expected one of \"fast\", \"safe\", found the string 'sfae'; did you mean 'safe'?");
  EXPECT_THAT(of_store("    label: UPPER\n"), HasSubstr("has not the form ^[a-z]*$"));
}

TEST_F(Faults, OfAMissingKeyPointToWhereItIsMissing) {
  EXPECT_EQ(of("wyvern: 1\nroles: [controller]\nstores:\n  main: {plugin: store-sqlite}\n"),
            "4:3 config.missing_key missing required 'path'");
  EXPECT_EQ(of("wyvern: 1\nroles: [controller]\nstores:\n  main: {path: db}\n"),
            "4:3 config.missing_key missing required 'plugin'");
}

TEST_F(Faults, OfDuplicateKeysNameTheFirst) {
  EXPECT_EQ(of_store("    sync: true\n    sync: false\n"),
            "8:5 config.duplicate_key the key 'sync' is here twice; the first is on line 7");
}

TEST_F(Faults, OfAnInstanceThatIsThereTwiceWithAnotherShape) {
  EXPECT_THAT(of("wyvern: 1\nroles: [node]\nruntimes:\n  a: {plugin: runtime-process}\n  b: 5\n"
                 "  b: {plugin: runtime-process}\n"),
              AllOf(HasSubstr("config.duplicate_key"), HasSubstr("expected an object, found the string '5'")));
}

TEST_F(Faults, OfTabsNameTheLine) { EXPECT_THAT(of("wyvern: 1\nroles:\n\t- node\n"), StartsWith("3:1 config.tab")); }

TEST_F(Faults, OfBrokenYamlSayWhere) { EXPECT_THAT(of("wyvern: 1\nroles: [a\n"), HasSubstr("config.yaml")); }

TEST_F(Faults, OfAnUnknownPluginListTheNearest) {
  EXPECT_EQ(of("wyvern: 1\nroles: [controller]\nstores: {main: {plugin: store-sqlit}}\n"),
            "3:25 config.unknown_plugin no plugin 'store-sqlit' is installed; did you mean 'store-sqlite'?");
  EXPECT_THAT(of("wyvern: 1\nroles: [controller]\nstores: {main: {plugin: postgres}}\n"), HasSubstr("installed are "));
}

TEST_F(Faults, OfAPluginThatIsThereButRefusedGiveTheReason) {
  EXPECT_EQ(of("wyvern: 1\nroles: [controller]\nstores: {main: {plugin: store-broken}}\n"),
            "3:25 config.plugin_refused the plugin 'store-broken' is installed but cannot be used: "
            "it crashed in its probe");
}

TEST_F(Faults, OfAPluginInTheWrongSectionSayWhereItBelongs) {
  EXPECT_EQ(of("wyvern: 1\nroles: [controller]\nstores: {main: {plugin: rest, listen: \"a:1\"}}\n"),
            "3:25 config.plugin_kind the plugin 'rest' is no store plugin; it belongs in 'surfaces'");
}

TEST_F(Faults, OfTwoListenersOnOneAddressNameTheFirst) {
  EXPECT_EQ(of("wyvern: 1\nroles: [node]\nruntimes: {a: {plugin: runtime-process}}\nsurfaces:\n"
               "  a: {plugin: rest, listen: \"localhost:80\"}\n  b: {plugin: rest, listen: \"127.0.0.1:80\"}\n"
               "  c: {plugin: rest, listen: \"127.0.0.1:81\"}\n  d: {plugin: rest, listen: \"127.0.0.1:0\"}\n"
               "  e: {plugin: rest, listen: \"127.0.0.1:0\"}\n"),
            "6:29 config.listen_conflict the address 127.0.0.1:80 is already taken by surfaces/a/listen");
}

TEST_F(Faults, OfARoleWithoutWhatItNeedsSayWhatToAdd) {
  EXPECT_EQ(of("wyvern: 1\nroles: [controller]\n"),
            "2:9 config.role_needs the role 'controller' needs a store; add one under 'stores'");
}

TEST_F(Faults, OfAnInstanceNameThatCannotBeOne) {
  EXPECT_THAT(of("wyvern: 1\nroles: [node]\nruntimes:\n  \"a b\": {plugin: runtime-process}\n"),
              StartsWith("4:3 config.name"));
}

TEST_F(Faults, OfAlternativesNameTheNearestForm) {
  EXPECT_THAT(of("wyvern: 1\nroles: [node]\nruntimes: {a: {plugin: runtime-process}}\n"
                 "outputs: {o: {plugin: output-any, device: x}}\n"),
              HasSubstr("fits none of the 2 allowed forms"));
}

TEST_F(Faults, OfAFileThatCannotBeReadNameIt) {
  const auto loaded = config::load(folder_ / "nowhere.yaml", source_);
  EXPECT_THAT(as_text(loaded.diagnostics), HasSubstr("nowhere.yaml: error: the file cannot be read: No such file"));
  EXPECT_THAT(as_text(config::load(folder_, source_).diagnostics), HasSubstr("it is a folder"));
  EXPECT_THAT(as_text(config::load("/dev/zero", source_).diagnostics), HasSubstr("not a regular file"));
}

TEST_F(Faults, AreWrittenAsJsonToo) {
  const auto json = as_json(load_store("    reader: 3\n").diagnostics);
  EXPECT_EQ(json["errors"], 1);
  EXPECT_EQ(json["faults"][0]["path"], "/stores/main/reader");
  EXPECT_EQ(json["faults"][0]["line"], 7);
  EXPECT_EQ(json["faults"][0]["code"], "config.unknown_key");
}

}  // namespace
}  // namespace wyvern::config
