// How many calls and streams may be under way, in all and of one address.
#include <thread>

#include "occupancy.hpp"
#include "server_test.hpp"
#include "waiting.hpp"

namespace wyvern::test {
namespace {

using Kind = http::Occupancy::Kind;
using Entry = http::Occupancy::Entry;

class LimitsTest : public ServerTest {
 protected:
  LimitsTest() {
    host.add_echo("things.list", "/things");
    for (const char* reply : {"json", "stream"}) {
      const std::string name = reply == std::string("json") ? "slow" : "ticks";
      host.add({{"name", name}, {"method", "GET"}, {"path", "/" + name}, {"reply", reply}},
               [this](const Received& call, const Answer& answer) {
                 const std::lock_guard lock(mutex);
                 waiting.push_back(answer);
                 cancelled.push_back(call.cancelled);
                 begun.ring();
               });
    }
  }
  ~LimitsTest() override { end_all(); }

  void begin(RawClient& client, const std::string& path) {
    const int before = begun.times();
    client.send("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(begun.wait_for_more_than(before));
  }
  void end_all() {
    const std::lock_guard lock(mutex);
    for (const auto& answer : waiting) answer.json(200, "{}");
    waiting.clear();
  }

  std::mutex mutex;
  std::vector<Answer> waiting;
  std::vector<std::shared_ptr<Event>> cancelled;
  Bell begun;
};

TEST_F(LimitsTest, OneCallTooManyIs503AndTheNextIsTakenWhenOneHasEnded) {
  settings.calls = {2, 100};
  serve();
  RawClient first(port);
  RawClient second(port);
  RawClient third(port);
  begin(first, "/slow");
  begin(second, "/slow");
  const auto refused = third.get("/things");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(code_of(refused), "http.too_many_calls");
  EXPECT_EQ(refused.header("retry-after"), "1");
  end_all();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(third.get("/things").status, 200) << "the connection goes on after the refusal";
}

TEST_F(LimitsTest, OneCallTooManyOfAnAddressIs429) {
  settings.calls = {100, 1};
  serve();
  RawClient first(port);
  RawClient second(port);
  begin(first, "/slow");
  const auto refused = second.get("/things");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), "http.too_many_calls_of_address");
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(Json::parse(refused.body)["detail"]["limit"], 1);
  end_all();
  EXPECT_EQ(first.read().status, 200);
  EXPECT_EQ(second.get("/things").status, 200);
}

TEST_F(LimitsTest, StreamsCountApartFromCallsAndGiveTheirPlaceBackWhenTheReaderLeaves) {
  settings.calls = {1, 1};
  settings.streams = {100, 1};
  serve();
  auto reader = std::make_unique<RawClient>(port);
  begin(*reader, "/ticks");
  RawClient other(port);
  EXPECT_EQ(other.get("/things").status, 200);
  const auto refused = other.get("/ticks");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), "http.too_many_streams_of_address");
  reader.reset();
  ASSERT_TRUE(cancelled.at(0)->wait());
  end_all();
  ASSERT_TRUE(host.wait_for_releases(2));
  begin(other, "/ticks");
}

TEST_F(LimitsTest, WhatIsUnderWayAndWhatWasRefusedIsMeasured) {
  settings.calls = {100, 1};
  serve();
  RawClient first(port);
  RawClient second(port);
  begin(first, "/slow");
  EXPECT_EQ(second.get("/things").status, 429);
  const auto shown = [&](const std::string& name, double value) {
    for (const auto& [metric, now] : host.metrics())
      if (metric.starts_with(name) && now == value) return true;
    return false;
  };
  EXPECT_TRUE(await([&] { return shown("wyvern_http_calls", 1) && shown("wyvern_http_refused_calls_total", 1); }));
}

TEST(Occupancy, CountsAnAddressForAsLongAsItHasAConnection) {
  http::Settings settings;
  settings.calls = {10, 1};
  http::Occupancy occupancy(settings);
  auto ann = occupancy.client("ann");
  EXPECT_EQ(occupancy.client("ann"), ann) << "two connections of one address share";
  EXPECT_EQ(occupancy.enter(*ann, Kind::call), Entry::admitted);
  EXPECT_EQ(occupancy.enter(*occupancy.client("ann"), Kind::call), Entry::share_used);
  EXPECT_EQ(occupancy.enter(*occupancy.client("ben"), Kind::call), Entry::admitted);
  EXPECT_EQ(occupancy.inside(Kind::call), 2U);
  occupancy.leave(*ann, Kind::call);
  EXPECT_EQ(occupancy.enter(*ann, Kind::call), Entry::admitted);
}

TEST(Occupancy, NeverAdmitsMoreThanItsLimitsWhoeverComesAtOnce) {
  http::Settings settings;
  settings.calls = {8, 5};
  http::Occupancy occupancy(settings);
  std::atomic<int> most{0};
  std::atomic<int> inside{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, client = occupancy.client(std::to_string(t % 2))] {
      for (int i = 0; i < 20'000; ++i) {
        if (occupancy.enter(*client, Kind::call) != Entry::admitted) continue;
        const int now = inside.fetch_add(1) + 1;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
        inside.fetch_sub(1);
        occupancy.leave(*client, Kind::call);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 8);
  EXPECT_GT(most, 0);
  EXPECT_EQ(occupancy.inside(Kind::call), 0U);
}

}  // namespace
}  // namespace wyvern::test
