// The as-run log out of a worker's numbered events.
#include "playout/as_run.hpp"

#include <gmock/gmock.h>

#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class AsRun : public testing::Test {
 protected:
  AsRun() {
    room.open();
    id = room.create();
  }

  template <class... Events>
  std::int64_t take(const Events&... events) {
    Json all = Json::array();
    (all.push_back(events), ...);
    return take_all(all);
  }
  std::int64_t take_all(const Json& events) {
    return room.database.store.write([&](store::Session& session) {
      return playout::store_worker_events(session, room.database.log, playout::get_channel(session, id), events);
    });
  }
  static Json started(int number, const std::string& item, std::int64_t at_us) {
    return {{"number", number}, {"type", "item_started"}, {"item_id", item},          {"asset_id", "asset"},
            {"clip_name", "c"}, {"at_us", at_us},         {"planned_us", at_us - 40}, {"frame", number * 100}};
  }
  static Json ended(int number, const std::string& item, std::int64_t at_us, const std::string& result = "played") {
    return {{"number", number},      {"type", "item_ended"}, {"item_id", item},      {"at_us", at_us},
            {"frame", number * 100}, {"frames_sent", 100},   {"repeated_frames", 2}, {"result", result}};
  }
  std::vector<Json> rows() { return room.as_run(id); }

  PlayoutRoom room;
  std::string id;
};

TEST_F(AsRun, AnItemIsOneRowFromItsFirstFrameToItsLast) {
  EXPECT_EQ(take(started(1, "a", 1'000'000)), 1);
  ASSERT_THAT(rows(), SizeIs(1));
  EXPECT_EQ(rows()[0]["result"], "on_air");
  EXPECT_TRUE(rows()[0]["ended_at"].is_null());
  EXPECT_DOUBLE_EQ(rows()[0]["deviation_ms"].get<double>(), 0.04);
  EXPECT_EQ(take(ended(2, "a", 5'000'000)), 2);
  ASSERT_THAT(rows(), SizeIs(1));
  const Json row = rows()[0];
  EXPECT_EQ(row["result"], "played");
  EXPECT_EQ(row["start_frame"], 100);
  EXPECT_EQ(row["end_frame"], 200);
  EXPECT_EQ(row["frames_sent"], 100);
  EXPECT_EQ(row["repeated_frames"], 2);
  EXPECT_EQ(row["ended_at"], (store::Timestamp{5'000'000}.iso8601()));
}

TEST_F(AsRun, AnEventThatComesTwiceIsStoredOnce29) {
  const Json events = {started(1, "a", 1'000'000), ended(2, "a", 2'000'000), started(3, "a", 2'000'000)};
  EXPECT_EQ(take_all(events), 3);
  const auto before = rows();
  const auto last = room.database.log.last_number();
  EXPECT_EQ(take_all(events), 3);
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(room.database.log.last_number(), last);
}

TEST_F(AsRun, TheSameItemInALoopHasARowForEachTime) {
  take(started(1, "a", 1'000'000), ended(2, "a", 2'000'000), started(3, "a", 2'000'000), ended(4, "a", 3'000'000));
  ASSERT_THAT(rows(), SizeIs(2));
  EXPECT_EQ(rows()[0]["ended_at"], rows()[1]["started_at"]);
}

TEST_F(AsRun, AnItemThatWasDiscardedFailedWhenItWasAndNotWhenItIsToldOf) {
  take(Json{
      {"number", 1}, {"type", "item_discarded"}, {"item_id", "a"}, {"at_us", 7'000'000}, {"reason", "no picture"}});
  ASSERT_THAT(rows(), SizeIs(1));
  EXPECT_EQ(rows()[0]["result"], "failed");
  EXPECT_EQ(rows()[0]["reason"], "no picture");
  EXPECT_EQ(rows()[0]["ended_at"], (store::Timestamp{7'000'000}.iso8601()));
}

TEST_F(AsRun, ALossSpansTheTimeOffAir) {
  take(Json{{"number", 1}, {"type", "worker_recovered"}, {"at_us", 9'000'000}, {"down_us", 2'000'000}});
  ASSERT_THAT(rows(), SizeIs(1));
  EXPECT_EQ(rows()[0]["result"], "loss");
  EXPECT_EQ(rows()[0]["started_at"], (store::Timestamp{7'000'000}.iso8601()));
  EXPECT_EQ(rows()[0]["ended_at"], (store::Timestamp{9'000'000}.iso8601()));
}

TEST_F(AsRun, AnEndWithoutABeginningIsARowTooWithTheFramesThatWereSent) {
  take(ended(1, "a", 2'000'000));
  ASSERT_THAT(rows(), SizeIs(1));
  const Json row = rows()[0];
  EXPECT_EQ(row["result"], "played");
  EXPECT_TRUE(row["start_frame"].is_null());
  EXPECT_EQ(row["end_frame"], 100);
  EXPECT_EQ(row["frames_sent"], 100);
  EXPECT_EQ(row["repeated_frames"], 2);
}

TEST_F(AsRun, AnEventOfAnUnknownKindIsKeptInTheEventLogOnly) {
  EXPECT_EQ(take(Json{{"number", 1}, {"type", "slate_shown"}}), 1);
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_THAT(room.database.events("playout.worker.slate_shown"), SizeIs(1));
}

TEST_F(AsRun, NumbersMayHaveGaps) {
  EXPECT_EQ(take(started(3, "a", 1'000'000), ended(8, "a", 2'000'000)), 8);
  EXPECT_EQ(room.row(id)["events_taken"], 8);
}

TEST_F(AsRun, ABatchWithABrokenEventIsStoredNotAtAll) {
  EXPECT_ANY_THROW(take(started(1, "a", 1'000'000), Json{{"type", "item_ended"}}));
  EXPECT_THAT(rows(), IsEmpty());
  EXPECT_EQ(room.row(id)["events_taken"], 0);
  EXPECT_EQ(take(started(1, "a", 1'000'000)), 1);
}

TEST_F(AsRun, PagesNewestFirst) {
  take(started(1, "a", 1'000'000), ended(2, "a", 2'000'000), started(3, "b", 2'000'000));
  const auto answer = room.call("asrun", id);
  ASSERT_EQ(answer->status(), 200) << answer->text();
  ASSERT_EQ(answer->json().size(), 2U);
  EXPECT_EQ(answer->json()[0]["item_id"], "b");
  EXPECT_EQ(room.database.store.read([&](store::Session& session) { return playout::item_on_air(session, id); }), "b");
}

}  // namespace
}  // namespace wyvern::test
