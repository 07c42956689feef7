#include "rundown.hpp"

#include <gtest/gtest.h>

#include "wyvern/result.hpp"

namespace wyvern::feeder {
namespace {

Json item(const std::string& id) { return {{"id", id}, {"media_path", "/m/" + id}}; }
Json list(std::initializer_list<std::string> ids, bool loop = false) {
  Json made{{"playlist_id", "p"}, {"loop", loop}, {"items", Json::array()}};
  for (const auto& id : ids) made["items"].push_back(item(id));
  return made;
}

TEST(Rundown, EndsAfterTheLastItemWithoutALoop) {
  const Rundown rundown(parse_playlist(list({"a", "b"})));
  const auto second = rundown.after(rundown.first());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->index, 1U);
  EXPECT_FALSE(rundown.after(*second));
}

TEST(Rundown, BeginsAgainWithALoopAndCountsIt) {
  const Rundown rundown(parse_playlist(list({"a"}, true)));
  const auto next = rundown.after(rundown.first());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->index, 0U);
  EXPECT_EQ(next->loop_count, 1);
}

TEST(Rundown, FindsTheNearestOfItemsWithTheSameId) {
  const Rundown rundown(parse_playlist(list({"x", "b", "c", "x"})));
  EXPECT_EQ(rundown.find("x", 2), 3U);
  EXPECT_EQ(rundown.find("x", 0), 0U);
  EXPECT_FALSE(rundown.find("y", 0));
}

TEST(Playlist, TakesAnInPointOfZeroAndAnOutPointOfNullForTheEnds) {
  auto json = list({"a"});
  json["items"][0]["in_point"] = 0.0;
  json["items"][0]["out_point"] = nullptr;
  const auto parsed = parse_playlist(json);
  EXPECT_EQ(parsed.items[0].clip.in_ns, 0);
  EXPECT_FALSE(parsed.items[0].clip.out_ns);
}

TEST(Playlist, RefusesAnOutPointBeforeItsInPointNamingTheItem) {
  auto json = list({"a", "b"});
  json["items"][1]["in_point"] = 3.0;
  json["items"][1]["out_point"] = 2.0;
  try {
    (void)parse_playlist(json);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_NE(failure.error().message.find("items[1]"), std::string::npos);
  }
}

TEST(Item, IsPlannedAsLongAsItsPointsAndItsClipAllow) {
  HouseFormat format;
  auto json = list({"a"});
  json["items"][0]["duration_ms"] = 4000;
  EXPECT_EQ(parse_playlist(json).items[0].planned_frames(format), 100);
  json["items"][0]["in_point"] = 1.0;
  EXPECT_EQ(parse_playlist(json).items[0].planned_frames(format), 75);
  json["items"][0]["out_point"] = 2.0;
  EXPECT_EQ(parse_playlist(json).items[0].planned_frames(format), 25);
  json["items"][0]["out_point"] = 9.0;
  EXPECT_EQ(parse_playlist(json).items[0].planned_frames(format), 75);
}

}  // namespace
}  // namespace wyvern::feeder
