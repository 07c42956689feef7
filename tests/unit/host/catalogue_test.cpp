#include "host/catalogue.hpp"

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace wyvern::host {
namespace {

using test::Scratch;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Catalogue, ListsWhatIsInstalledWithoutRunningIt) {
  const Scratch scratch;
  scratch.add("actor");
  scratch.add("crash-in-constructor");
  scratch.add("no-manifest");
  const auto catalogue = Catalogue::scan({scratch / "plugins"});
  ASSERT_EQ(catalogue.plugins().size(), 3U);
  EXPECT_EQ(catalogue.plugins()[0].id, "actor");
  EXPECT_EQ(catalogue.plugins()[0].version, "1.2.3");
  EXPECT_THAT(catalogue.plugins()[0].kinds, ElementsAre("store", "runtime", "output", "surface"));
  EXPECT_EQ(catalogue.plugins()[1].state, PluginState::available);
  EXPECT_EQ(catalogue.plugins()[2].state, PluginState::refused);
  EXPECT_THAT(catalogue.plugins()[2].reason, HasSubstr(".wyvern.manifest"));
}

TEST(Catalogue, TakesTheFirstOfAnIdAndSaysSo) {
  const Scratch scratch;
  scratch.add("actor", "b");
  scratch.add("actor", "a");
  const auto catalogue = Catalogue::scan({scratch / "plugins"});
  const auto found = catalogue.find("actor");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->path.filename(), "a.so");
  ASSERT_EQ(catalogue.notes().size(), 1U);
  EXPECT_THAT(catalogue.notes()[0], HasSubstr("b.so is not used"));
}

TEST(Catalogue, PrefersTheFolderThatIsNamedFirst) {
  const Scratch scratch, other;
  scratch.add("actor", "a");
  other.add("actor", "b");
  const auto catalogue = Catalogue::scan({other / "plugins", scratch / "plugins"});
  EXPECT_EQ((*catalogue.find("actor"))->path.filename(), "b.so");
}

TEST(Catalogue, DoesNotCountAFolderTwice) {
  const Scratch scratch;
  scratch.add("actor");
  const auto catalogue = Catalogue::scan({scratch / "plugins", scratch / "plugins/../plugins"});
  EXPECT_EQ(catalogue.plugins().size(), 1U);
  EXPECT_TRUE(catalogue.notes().empty());
}

TEST(Catalogue, NotesAFolderThatIsAbsent) {
  const auto catalogue = Catalogue::scan({"/no/such/folder"});
  ASSERT_EQ(catalogue.notes().size(), 1U);
  EXPECT_THAT(catalogue.notes()[0], HasSubstr("/no/such/folder"));
}

TEST(Catalogue, SuggestsTheIdThatWasMeant) {
  const Scratch scratch;
  scratch.add("actor");
  const auto catalogue = Catalogue::scan({scratch / "plugins"});
  const auto found = catalogue.find("acter");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("did you mean 'actor'?"));
}

TEST(Catalogue, SaysWhyAPluginThatIsThereCannotBeUsed) {
  const Scratch scratch;
  scratch.add("no-manifest");
  const auto catalogue = Catalogue::scan({scratch / "plugins"});
  const auto found = catalogue.find("no-manifest");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "plugin.refused");
}

TEST(PluginDirs, ComeFromTheCommandLineThenTheFileThenTheProgram) {
  const Scratch scratch;
  test::write_file(scratch / "with.yaml", "plugin_dirs: [mine]\n");
  test::write_file(scratch / "without.yaml", "wyvern: 1\n");
  EXPECT_THAT(plugin_dirs({"/given"}, scratch / "with.yaml"), ElementsAre("/given"));
  EXPECT_THAT(plugin_dirs({}, scratch / "with.yaml"), ElementsAre(scratch / "mine"));
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" / "wyvern";
  EXPECT_THAT(plugin_dirs({}, scratch / "without.yaml"), ElementsAre(beside));
}

}  // namespace
}  // namespace wyvern::host
