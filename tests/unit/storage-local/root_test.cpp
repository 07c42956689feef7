#include <gmock/gmock.h>

#include "storage_client.hpp"

namespace wyvern::test {

namespace fs = std::filesystem;

TEST(LocalStorageRoot, A_missing_root_is_a_clear_fault_and_is_not_made) {
  const ScratchFolder folder;
  const auto error = error_of(storage_instance(folder / "library")->prepare());
  EXPECT_EQ(error.status, WYV_NOT_FOUND);
  EXPECT_THAT(error.message, testing::AllOf(testing::HasSubstr(folder / "library"), testing::HasSubstr("mount")));
  EXPECT_FALSE(fs::exists(folder / "library"));
}

TEST(LocalStorageRoot, A_file_in_its_place_is_a_clear_fault) {
  const ScratchFolder folder;
  put_file(folder / "library", "x");
  const auto error = error_of(storage_instance(folder / "library")->prepare());
  EXPECT_EQ(error.status, WYV_INVALID);
  EXPECT_THAT(error.message, testing::HasSubstr("not a folder"));
}

TEST(LocalStorageRoot, It_may_be_reached_through_a_symbolic_link) {
  const ScratchFolder folder;
  fs::create_directory(folder / "real");
  fs::create_symlink("real", folder / "link");
  const auto instance = storage_instance(folder / "link");
  instance->run();
  StorageClient(*instance).put("a.mov", "x");
  EXPECT_EQ(get_file(folder / "real/a.mov"), "x");
}

TEST(LocalStorageRoot, Wrong_configurations_are_refused) {
  for (const Json& config :
       {Json::object(), Json{{"root", ""}}, Json{{"root", 5}}, Json{{"root", "/x"}, {"read_only", 1}}}) {
    SCOPED_TRACE(config.dump());
    EXPECT_EQ(error_of(PluginInstance::create(storage_plugin(), "storage", config)).status, WYV_INVALID);
  }
}

TEST(LocalStorageRoot, The_manifest_and_the_descriptor_agree) {
  const auto manifest = storage_plugin().manifest();
  EXPECT_EQ(manifest["id"], text(storage_plugin().plugin().id));
  EXPECT_EQ(manifest["version"], text(storage_plugin().plugin().version));
}

TEST(LocalStorageRoot, Read_only_refuses_every_change_and_lets_everything_be_read) {
  const ScratchFolder folder;
  put_file(folder / "a.mov", "x");
  const auto instance = storage_instance(folder.path(), true);
  instance->run();
  StorageClient storage(*instance);
  EXPECT_EQ(error_of(storage.create("b.mov")).status, WYV_DENIED);
  EXPECT_EQ(error_of(storage.remove("a.mov")).status, WYV_DENIED);
  EXPECT_EQ(storage.get("a.mov"), "x");
}

TEST(LocalStorageRoot, Files_that_were_left_half_written_are_removed_and_those_being_written_are_not) {
  const ScratchFolder folder;
  fs::create_directories(folder / "deep/er");
  put_file(folder / "deep/er/.wyvern-writing-00", "left behind");
  put_file(folder / "kept.mov", "x");
  const auto first = storage_instance(folder.path());
  first->run();
  EXPECT_FALSE(fs::exists(folder / "deep/er/.wyvern-writing-00"));
  EXPECT_TRUE(fs::exists(folder / "kept.mov"));
  StorageClient storage(*first);
  auto writer = storage.create("deep/new.mov").or_throw();
  ASSERT_TRUE(writer.write("whole").ok());
  const auto second = storage_instance(folder.path());  // another node on the same folder
  second->run();
  ASSERT_TRUE(writer.commit().ok());
  EXPECT_EQ(storage.get("deep/new.mov"), "whole");
}

}  // namespace wyvern::test
