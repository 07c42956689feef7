#include <gmock/gmock.h>

#include <algorithm>

#include "storage_client.hpp"

namespace wyvern::test {

namespace fs = std::filesystem;
using testing::ElementsAre;

class LocalStorageListing : public LocalStorageTest {
 protected:
  void put(std::initializer_list<const char*> keys) {
    for (const char* key : keys) storage_.put(key, key);
  }
};

TEST_F(LocalStorageListing, Objects_of_all_folders_come_in_the_order_of_the_bytes_of_their_whole_keys) {
  put({"b", "a/z", "a-b", "a/b/c", "a.mov", "a0", "Ä", "Z"});
  auto keys = storage_.keys().or_throw();
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_THAT(keys, ElementsAre("Z", "a-b", "a.mov", "a/b/c", "a/z", "a0", "b", "Ä"));
}

TEST_F(LocalStorageListing, A_prefix_is_a_text_and_need_not_be_a_folder) {
  put({"show/a1", "show/a2", "show/b", "shows/a", "other"});
  EXPECT_THAT(storage_.keys("show/a").or_throw(), ElementsAre("show/a1", "show/a2"));
  EXPECT_THAT(storage_.keys("show").or_throw(), ElementsAre("show/a1", "show/a2", "show/b", "shows/a"));
  EXPECT_THAT(storage_.keys("show/").or_throw(), ElementsAre("show/a1", "show/a2", "show/b"));
  EXPECT_TRUE(storage_.keys("../").or_throw().empty());
  EXPECT_TRUE(storage_.keys("/").or_throw().empty());
}

TEST_F(LocalStorageListing, Pages_join_to_the_whole_list) {
  put({"a/1", "a/2", "a-3", "b/c/1", "b/c/2", "b/d", "c"});
  const auto whole = storage_.keys().or_throw();
  for (const std::uint32_t limit : {1U, 2U, 3U}) {
    std::vector<std::string> joined;
    for (;;) {
      const auto page = storage_.keys("", joined.empty() ? "" : joined.back(), limit).or_throw();
      EXPECT_LE(page.size(), limit);
      if (page.empty()) break;
      joined.insert(joined.end(), page.begin(), page.end());
    }
    EXPECT_EQ(joined, whole) << limit;
  }
  EXPECT_TRUE(storage_.keys("", "", 0).or_throw().empty());
}

TEST_F(LocalStorageListing, Entries_are_what_stat_says) {
  put({"a/1", "b"});
  const auto listed = storage_.list().or_throw();
  for (const auto& object : listed) EXPECT_EQ(object, storage_.stat(object["key"].get<std::string>()).or_throw());
}

TEST_F(LocalStorageListing, Links_to_files_are_listed_and_links_to_folders_are_not_walked) {
  put({"a/1"});
  fs::create_symlink("a/1", in_root("link"));
  fs::create_symlink(".", in_root("a/loop"));
  EXPECT_THAT(storage_.keys().or_throw(), ElementsAre("a/1", "link"));
}

TEST_F(LocalStorageListing, Names_that_cannot_be_keys_are_left_out) {
  put({"a"});
  put_file(in_root("bad\nname"), "x");
  put_file(in_root("bad\xff"), "x");
  EXPECT_THAT(storage_.keys().or_throw(), ElementsAre("a"));
}

}  // namespace wyvern::test
