#include <sys/stat.h>

#include "storage_client.hpp"

namespace wyvern::test {

namespace fs = std::filesystem;

class LocalStorageKeys : public LocalStorageTest {};

TEST_F(LocalStorageKeys, Those_that_could_leave_the_root_or_deceive_are_refused_by_every_call) {
  const std::string bad[] = {"",
                             "/",
                             "/etc/passwd",
                             "..",
                             "../x",
                             "a/../b",
                             "a/..",
                             ".",
                             "./a",
                             "a/./b",
                             "a//b",
                             "a/",
                             "a\nb",
                             "a\x7f",
                             std::string("a\0b", 3),
                             "\xff\xfe",
                             "\xc2\x85",
                             "\xc0\xae\xc0\xae",
                             ".wyvern-writing-1",
                             "a/.wyvern-writing-1",
                             std::string(256, 'a'),
                             std::string(1025, 'a').replace(200, 1, "/")};
  for (const auto& key : bad) {
    SCOPED_TRACE(key);
    for (const auto& error :
         {error_of(storage_.stat(key)), error_of(storage_.open(key)), error_of(storage_.create(key)),
          error_of(storage_.remove(key)), error_of(storage_.local_path(key))}) {
      EXPECT_EQ(error.status, WYV_INVALID);
      EXPECT_EQ(error.code, "storage.bad_key");
    }
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(LocalStorageKeys, Spaces_unicode_backslashes_and_dots_inside_are_fine) {
  for (const std::string key : {"a b.mov", "Grüße/世界 🎬.mov", "back\\slash.mov", "..a", "a..", "...", ".hidden", "-rf",
                                "a?b#c%2e%2e&d=e", "quote'\".mov"}) {
    SCOPED_TRACE(key);
    storage_.put(key, key);
    EXPECT_EQ(storage_.get(key), key);
    EXPECT_EQ(storage_.stat(key).or_throw()["key"], key);
  }
  EXPECT_EQ(storage_.keys().or_throw().size(), 10U);
}

TEST_F(LocalStorageKeys, The_longest_parts_and_keys_are_fine) {
  const std::string part(255, 'x');
  const std::string key = part + "/" + part + "/" + part + "/" + std::string(256 - 3, 'y') + "/z";
  ASSERT_LE(key.size(), 1024U);
  storage_.put(key, "1");
  EXPECT_EQ(storage_.get(key), "1");
}

TEST_F(LocalStorageKeys, A_link_to_a_file_or_folder_below_the_root_is_followed) {
  storage_.put("real/a.mov", "x");
  fs::create_symlink("real/a.mov", in_root("link.mov"));
  fs::create_symlink("real", in_root("folder"));
  EXPECT_EQ(storage_.get("link.mov"), "x");
  EXPECT_EQ(storage_.get("folder/a.mov"), "x");
  EXPECT_EQ(storage_.local_path("folder/a.mov").or_throw(), in_root("real/a.mov"));
}

TEST_F(LocalStorageKeys, A_link_out_of_the_root_is_refused_by_every_call) {
  put_file(folder() / "secret", "secret");
  fs::create_directory(folder() / "outside");
  fs::create_symlink("../secret", in_root("file"));
  fs::create_symlink(folder() / "secret", in_root("absolute"));
  fs::create_symlink("../outside", in_root("folder"));
  fs::create_symlink("/proc/self/root/etc/passwd", in_root("magic"));
  for (const char* key : {"file", "absolute", "folder/x", "magic"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(error_of(storage_.stat(key)).code, "storage.bad_key");
    EXPECT_EQ(error_of(storage_.open(key)).code, "storage.bad_key");
    EXPECT_EQ(error_of(storage_.local_path(key)).code, "storage.bad_key");
  }
  EXPECT_EQ(error_of(storage_.create("folder/x")).code, "storage.bad_key");
  EXPECT_EQ(error_of(storage_.create("folder/y/z")).code, "storage.bad_key");
  EXPECT_EQ(error_of(storage_.remove("folder/x")).code, "storage.bad_key");
  EXPECT_TRUE(fs::is_empty(folder() / "outside"));
  EXPECT_TRUE(storage_.keys().or_throw().empty());
}

TEST_F(LocalStorageKeys, Writing_over_a_link_replaces_the_link_and_not_what_it_points_to) {
  put_file(folder() / "secret", "secret");
  fs::create_symlink("../secret", in_root("file"));
  storage_.put("file", "new");
  EXPECT_EQ(storage_.get("file"), "new");
  EXPECT_EQ(get_file(folder() / "secret"), "secret");
}

TEST_F(LocalStorageKeys, A_loop_of_links_ends_with_an_error) {
  fs::create_symlink("b", in_root("a"));
  fs::create_symlink("a", in_root("b"));
  EXPECT_EQ(error_of(storage_.stat("a")).status, WYV_INVALID);
}

TEST_F(LocalStorageKeys, Folders_pipes_and_what_is_missing_are_no_objects) {
  fs::create_directory(in_root("folder"));
  ASSERT_EQ(::mkfifo(in_root("pipe").c_str(), 0600), 0);
  for (const char* key : {"folder", "pipe", "missing", "missing/too", "pipe/below"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(error_of(storage_.stat(key)).code, "storage.not_found");
    EXPECT_EQ(error_of(storage_.open(key)).code, "storage.not_found");
    EXPECT_EQ(error_of(storage_.local_path(key)).code, "storage.not_found");
  }
  EXPECT_TRUE(storage_.keys().or_throw().empty());
}

}  // namespace wyvern::test
