// GET /events: server-sent events out of the log.
#include <gmock/gmock.h>

#include "event_store.hpp"
#include "events/operations.hpp"
#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Permission;
using testing::HasSubstr;
using testing::Not;

class EventStream : public testing::Test {
 protected:
  EventStream() { streams->add_operations(table); }

  std::shared_ptr<RecordedAnswer> open(Fields fields = {}, Fields headers = {}, const std::string& person = "admin") {
    auto made = request("events.stream", std::move(fields), nullptr, person);
    made.headers = std::move(headers);
    auto answer = std::make_shared<RecordedAnswer>();
    table.call(made, answer, cancelled);
    return answer;
  }
  static auto holds(std::string text) {
    return [text = std::move(text)](const std::string& body) { return body.find(text) != std::string::npos; };
  }

  EventStore database;
  NamedAccess access;
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
  operations::Table table{access, 1};
  std::unique_ptr<events::Streams> streams = std::make_unique<events::Streams>(database.log);
};

TEST_F(EventStream, WithoutANumberOnlyWhatComesIsSent) {
  database.append("a.changed", "earlier");
  const auto answer = open();
  database.append("a.changed", "later");
  answer->wait_for(holds("\"later\""));
  EXPECT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->header("content-type"), "text/event-stream");
  EXPECT_THAT(answer->text(), Not(HasSubstr("earlier")));
  EXPECT_THAT(answer->text(), HasSubstr("id: 2\nevent: a.changed\ndata: {"));
}

TEST_F(EventStream, ResumesAfterTheGivenNumber) {
  for (int i = 1; i <= 5; ++i) database.append("a.changed", "s" + std::to_string(i));
  const auto answer = open({{"after", "3"}});
  answer->wait_for(holds("id: 5\n"));
  EXPECT_THAT(answer->text(), Not(HasSubstr("id: 3\n")));
  EXPECT_THAT(answer->text(), HasSubstr("id: 4\n"));
}

TEST_F(EventStream, ReplaysALongLogWhole) {
  for (int i = 0; i < 600; ++i) database.append("a.changed");
  const auto answer = open({{"after", "0"}});
  answer->wait_for(holds("id: 600\n"));
  const std::string text = answer->text();
  std::size_t from = 0;
  for (int i = 1; i <= 600; ++i) {
    const auto at = text.find("id: " + std::to_string(i) + "\n", from);
    ASSERT_NE(at, std::string::npos) << i;
    from = at;
  }
}

TEST_F(EventStream, WhatABrowserHasAlreadyCountsMoreThanItsFirstQuery) {
  for (int i = 1; i <= 5; ++i) database.append("a.changed");
  const auto answer = open({{"after", "0"}}, {{"last-event-id", "4"}});
  answer->wait_for(holds("id: 5\n"));
  EXPECT_THAT(answer->text(), Not(HasSubstr("id: 4\n")));
}

TEST_F(EventStream, AGarbledLastEventIdIsPassedOver) {
  database.append("a.changed");
  const auto answer = open({{"after", "0"}}, {{"last-event-id", "x4"}});
  answer->wait_for(holds("id: 1\n"));
}

TEST_F(EventStream, ShowsAPersonTheirProjectsOnly) {
  access.allow("viewer", "mine", Permission::view);
  database.append("a.changed", "hidden-other", "other");
  database.append("a.changed", "hidden-none");
  database.append("a.changed", "seen", "mine");
  const auto answer = open({{"after", "0"}}, {}, "viewer");
  answer->wait_for(holds("\"seen\""));
  EXPECT_THAT(answer->text(), Not(HasSubstr("hidden")));
}

TEST_F(EventStream, NobodyIsRefused) { EXPECT_EQ(open({}, {}, "")->status(), 401); }

TEST_F(EventStream, AReaderThatLeftIsForgotten) {
  const auto answer = open();
  answer->queue_length(UINT64_MAX);
  database.append("a.changed");
  answer->wait_for_end();
}

TEST_F(EventStream, AReaderThatTakesNothingGetsNothingMoreAndMissesNothing) {
  const auto slow = open();
  const auto quick = open();
  database.append("a.changed");
  slow->wait_for(holds("id: 1\n"));
  slow->queue_length(slow->pause_above() + 1);
  for (int i = 2; i <= 600; ++i) database.append("a.changed");
  quick->wait_for(holds("id: 600\n"));
  EXPECT_THAT(slow->text(), Not(HasSubstr("id: 2\n")));
  EXPECT_FALSE(slow->ended());
  slow->drain();
  slow->wait_for(holds("id: 600\n"));
  const std::string text = slow->text();
  std::size_t from = 0;
  for (int i = 1; i <= 600; ++i) {
    const auto at = text.find("id: " + std::to_string(i) + "\n", from);
    ASSERT_NE(at, std::string::npos) << i;
    from = at;
  }
}

TEST_F(EventStream, ACancelledCallEnds) {
  const auto answer = open();
  *cancelled = true;
  answer->drain();  // as the carrier does with every cancel
  answer->wait_for_end();
}

TEST_F(EventStream, StopEndsEveryStreamAndRefusesLaterOnes) {
  const auto one = open();
  const auto other = open();
  streams->stop();
  EXPECT_EQ(one->ends(), 1);
  EXPECT_EQ(other->ends(), 1);
  const auto late = open();
  EXPECT_EQ(late->status(), 503);
  streams->stop();
}

TEST_F(EventStream, TooManyStreamsAreRefused) {
  std::vector<std::shared_ptr<RecordedAnswer>> all;
  for (int i = 0; i < 256; ++i) all.push_back(open({}, {}, "person" + std::to_string(i % 4)));
  const auto late = open({}, {}, "somebody else");
  EXPECT_EQ(late->status(), 503);
  EXPECT_EQ(late->header("Retry-After"), "5");
}

TEST_F(EventStream, OneCallerHasAShareAndNoMore) {
  std::vector<std::shared_ptr<RecordedAnswer>> all;
  for (int i = 0; i < 64; ++i) all.push_back(open({}, {}, "ann"));
  const auto late = open({}, {}, "ann");
  EXPECT_EQ(late->status(), 429);
  EXPECT_EQ(late->code(), "events.too_many_of_caller");
  EXPECT_EQ(open({}, {}, "ben")->status(), 200);
}

TEST_F(EventStream, WhatEndsGivesItsPlaceBack) {
  const auto others = std::exchange(cancelled, std::make_shared<std::atomic<bool>>(false));
  std::vector<std::shared_ptr<RecordedAnswer>> all;
  for (int i = 0; i < 64; ++i) all.push_back(open({}, {}, "ann"));
  ASSERT_EQ(open({}, {}, "ann")->status(), 429);
  cancelled->store(true);
  database.append("a.changed");  // wakes the one who feeds
  for (const auto& answer : all) answer->wait_for_end();
  cancelled = others;
  EXPECT_EQ(open({}, {}, "ann")->status(), 200);
}

}  // namespace
}  // namespace wyvern::test
