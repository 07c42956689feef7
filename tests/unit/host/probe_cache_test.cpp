#include "host/probe_cache.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "scratch.hpp"

namespace wyvern::host {
namespace {

using test::Scratch;

const Verdict bad{true, "it crashed", "kernel", "/x.so", 12};

TEST(ProbeCache, KeepsAVerdictInAFolderThatOnlyItsUserCanEnter) {
  const Scratch scratch;
  const ProbeCache cache(scratch / "a/b/cache");
  ASSERT_TRUE(cache.store("abc", bad));
  EXPECT_EQ(cache.find("abc")->reason, "it crashed");
  EXPECT_EQ(cache.find("abd"), std::nullopt);
  struct stat status {};
  ASSERT_EQ(::stat((scratch / "a/b/cache").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST(ProbeCache, ThatOthersMayWriteIsNeitherBelievedNorUsed) {
  const Scratch scratch;
  const ProbeCache cache(scratch / "cache");
  ASSERT_TRUE(cache.store("abc", bad));
  ASSERT_EQ(::chmod((scratch / "cache").c_str(), 0777), 0);
  EXPECT_EQ(cache.find("abc"), std::nullopt);
  EXPECT_FALSE(cache.store("abc", bad));
}

TEST(ProbeCache, PassesOverRecordsThatAreBroken) {
  const Scratch scratch;
  const ProbeCache cache(scratch / "cache");
  ASSERT_TRUE(cache.store("abc", bad));
  test::write_file(scratch / "cache/abc.json", "{\"verdict\": 5");
  test::write_file(scratch / "cache/abd.json", "{\"verdict\": 5}");
  EXPECT_EQ(cache.find("abc"), std::nullopt);
  EXPECT_TRUE(cache.quarantined().empty());
}

TEST(ProbeCache, ForgetsQuarantineAndNothingElse) {
  const Scratch scratch;
  const ProbeCache cache(scratch / "cache");
  ASSERT_TRUE(cache.store("abc", bad));
  ASSERT_TRUE(cache.store("abd", {false, "", "kernel", "/y.so", 13}));
  const auto cleared = cache.clear_quarantine();
  ASSERT_TRUE(cleared);
  EXPECT_EQ(*cleared, 1U);
  EXPECT_EQ(cache.find("abc"), std::nullopt);
  EXPECT_FALSE(cache.find("abd")->quarantined);
}

TEST(ProbeCache, WithoutAFolderIsEmpty) {
  const ProbeCache cache("");
  EXPECT_EQ(cache.find("abc"), std::nullopt);
  EXPECT_TRUE(cache.quarantined().empty());
  EXPECT_FALSE(cache.store("abc", bad));
}

}  // namespace
}  // namespace wyvern::host
