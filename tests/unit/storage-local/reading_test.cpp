#include <unistd.h>

#include "storage_client.hpp"

namespace wyvern::test {

namespace fs = std::filesystem;

class LocalStorageReading : public LocalStorageTest {};

namespace {
std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}
}  // namespace

TEST_F(LocalStorageReading, An_object_comes_back_whole_in_pieces_of_any_size) {
  const auto content = pattern((3U << 20U) + 12345);
  storage_.put("a.mov", content);
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{1U << 20U}, std::size_t{5U << 20U}})
    EXPECT_TRUE(storage_.open("a.mov").or_throw().read_all(piece).or_throw() == content) << piece;
}

TEST_F(LocalStorageReading, Reading_begins_at_the_offset_and_the_end_reads_nothing) {
  const auto content = pattern(3U << 20U);
  storage_.put("a.mov", content);
  EXPECT_TRUE(storage_.open("a.mov", "", 1'500'000).or_throw().read_all().or_throw() == content.substr(1'500'000));
  EXPECT_EQ(storage_.open("a.mov", "", content.size()).or_throw().read_all().or_throw(), "");
  EXPECT_EQ(error_of(storage_.open("a.mov", "", content.size() + 1)).status, WYV_INVALID);
}

TEST_F(LocalStorageReading, An_empty_object_is_an_object) {
  storage_.put("empty", "");
  EXPECT_EQ(storage_.stat("empty").or_throw()["size_bytes"], 0);
  EXPECT_EQ(storage_.get("empty"), "");
}

TEST_F(LocalStorageReading, The_version_changes_with_the_content_and_only_the_right_one_opens) {
  storage_.put("a.mov", "one");
  const std::string version = storage_.stat("a.mov").or_throw()["version"];
  EXPECT_EQ(storage_.stat("a.mov").or_throw()["version"], version);
  EXPECT_TRUE(storage_.open("a.mov", version).ok());
  storage_.put("a.mov", "two");
  EXPECT_NE(storage_.stat("a.mov").or_throw()["version"], version);
  const auto error = error_of(storage_.open("a.mov", version));
  EXPECT_EQ(error.status, WYV_CONFLICT);
  EXPECT_EQ(error.code, "storage.changed");
}

TEST_F(LocalStorageReading, A_file_that_shrinks_is_changed_and_not_just_shorter) {
  storage_.put("a.mov", pattern(4U << 20U));
  auto reader = storage_.open("a.mov").or_throw();
  ASSERT_TRUE(reader.read(1000).ok());
  fs::resize_file(in_root("a.mov"), 2U << 20U);
  EXPECT_EQ(error_of(reader.read_all()).code, "storage.changed");
}

TEST_F(LocalStorageReading, A_file_that_is_overwritten_in_place_is_changed) {
  storage_.put("a.mov", pattern(4U << 20U));
  auto reader = storage_.open("a.mov").or_throw();
  ASSERT_TRUE(reader.read(1000).ok());
  put_file(in_root("a.mov"), std::string(4U << 20U, 'x'));
  EXPECT_EQ(error_of(reader.read_all()).code, "storage.changed");
}

TEST_F(LocalStorageReading, A_file_that_grows_is_changed) {
  storage_.put("a.mov", pattern(4U << 20U));
  auto reader = storage_.open("a.mov").or_throw();
  ASSERT_TRUE(reader.read(1000).ok());
  fs::resize_file(in_root("a.mov"), 5U << 20U);
  EXPECT_EQ(error_of(reader.read_all()).code, "storage.changed");
}

TEST_F(LocalStorageReading, Who_reads_an_object_that_is_replaced_goes_on_with_the_old_one) {
  const auto content = pattern(4U << 20U);
  storage_.put("a.mov", content);
  auto reader = storage_.open("a.mov").or_throw();
  const auto begin = reader.read(1000).or_throw();
  storage_.put("a.mov", "new");
  EXPECT_TRUE(begin + reader.read_all().or_throw() == content);
  EXPECT_EQ(storage_.get("a.mov"), "new");
}

TEST_F(LocalStorageReading, Local_path_names_the_file_itself) {
  storage_.put("show/a.mov", "x");
  EXPECT_EQ(get_file(storage_.local_path("show/a.mov").or_throw()), "x");
}

TEST_F(LocalStorageReading, The_time_of_modification_is_told_in_microseconds) {
  storage_.put("a.mov", "x");
  const std::int64_t modified = storage_.stat("a.mov").or_throw()["modified_us"];
  const auto now = std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds(1);
  EXPECT_LE(modified, now + 1'000'000);
  EXPECT_GE(modified, now - 60'000'000);
}

}  // namespace wyvern::test
