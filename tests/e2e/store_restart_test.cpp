// PostgreSQL goes and comes back while clients write: nothing that was acknowledged is lost, nothing is made twice, and
// it goes on by itself. WYVERN_FULL=1 takes more rounds and holds the figures to their limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "deployment.hpp"

namespace wyvern::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Json stored_in(const PostgresServer& server) {
  Json store = server.store("wyvern");
  store["plugin"] = "store-postgres";
  store["path"] = nullptr;  // of the usual one
  return {{"stores", {{"main", store}}}};
}

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

// One client: posts items, each with a key of its own, again and again until it is told that the item is there.
struct Client {
  struct Refused {
    Clock::time_point begun;
    Clock::time_point answered;
    long status;
    std::string text;
  };
  std::map<std::string, std::string> made;  // the item's id by key
  std::vector<Clock::time_point> acknowledged;
  std::vector<Refused> refused;
};

class StoreRestart : public ::testing::Test {
 protected:
  static constexpr int clients = 8;

  bool post(Client& client, const std::string& key) {
    const auto begun = Clock::now();
    const auto answer = wyvern.call_with(wyvern.token(), "POST", "/playout/playlists/" + playlist + "/items",
                                         Json{{"asset_id", asset}}.dump(), {"Idempotency-Key: " + key});
    const std::lock_guard lock(mutex);
    if (answer.status == 201) {
      client.made[key] = answer.body["id"].get<std::string>();
      client.acknowledged.push_back(Clock::now());
      return true;
    }
    client.refused.push_back({begun, Clock::now(), answer.status, answer.text});
    return false;
  }
  std::size_t acknowledged_after(Clock::time_point moment) const {
    const std::lock_guard lock(mutex);
    std::size_t count = 0;
    for (const auto& client : all) {
      for (const auto at : client.acknowledged) count += at > moment ? 1 : 0;
    }
    return count;
  }

  const PostgresServer server;
  Deployment wyvern{Deployment::Options{stored_in(server)}};
  std::string playlist;
  std::string asset;
  mutable std::mutex mutex;
  std::vector<Client> all = std::vector<Client>(clients);
};

TEST_F(StoreRestart, UnderLoadLosesNothingThatWasAcknowledgedAndMakesNothingTwice) {
  const bool full = std::getenv("WYVERN_FULL") != nullptr;
  const int rounds = full ? 10 : 3;
  wyvern.make_clip("clip.mp4");
  asset = wyvern.asset("clip.mp4");
  playlist = wyvern.playlist(wyvern.channel(), {asset});
  const std::size_t items_before = wyvern.call("GET", "/playout/playlists/" + playlist + "/items").body.size();

  std::atomic<bool> ending = false;
  std::vector<std::thread> threads;
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&, c] {
      for (int i = 0; !ending; ++i) {
        const std::string key = std::to_string(c) + "-" + std::to_string(i);
        while (!post(all[static_cast<std::size_t>(c)], key)) {
        }
      }
    });
  }
  struct Away {
    Clock::time_point from;
    Clock::time_point until;
    Clock::time_point working;
  };
  std::vector<Away> aways;
  const auto await = [&](const std::function<bool()>& holds) { return test::await(holds, 60s); };
  auto since = Clock::now();
  for (int round = 0; round < rounds; ++round) {
    ASSERT_TRUE(await([&] { return acknowledged_after(since) >= 100; }));
    Away away{Clock::now(), {}, {}};
    round % 2 == 0 ? server.kill() : server.stop();
    server.start();
    away.until = Clock::now();
    ASSERT_TRUE(await([&] { return acknowledged_after(away.until) >= 1; }));
    away.working = Clock::now();
    aways.push_back(away);
    since = away.until;
  }
  ASSERT_TRUE(await([&] { return acknowledged_after(since) >= 100; }));
  ending = true;
  for (auto& thread : threads) thread.join();

  std::set<std::string> stored;
  const auto items = wyvern.call("GET", "/playout/playlists/" + playlist + "/items");
  for (const auto& item : items.body) stored.insert(item["id"].get<std::string>());
  std::size_t made = 0;
  std::size_t lost = 0;
  std::size_t refused = 0;
  std::size_t refused_beside = 0;
  for (const auto& client : all) {
    made += client.made.size();
    for (const auto& [key, id] : client.made) lost += stored.contains(id) ? 0 : 1;
    for (const auto& one : client.refused) {
      ++refused;
      const bool while_away = std::ranges::any_of(
          aways, [&](const Away& away) { return one.answered >= away.from && one.begun <= away.until; });
      if (while_away) continue;
      ++refused_beside;
      ADD_FAILURE() << "refused while the database was there: " << one.status << " " << one.text;
    }
  }
  const auto twice = stored.size() + lost - items_before - made;  // each key makes one item
  EXPECT_EQ(items.body.size(), stored.size());
  EXPECT_EQ(lost, 0U);
  EXPECT_EQ(twice, 0U);
  double longest = 0;
  for (const auto& away : aways) longest = std::max(longest, seconds(away.working - away.until));
  std::cout << rounds << " restarts under " << clients << " writers: " << made << " acknowledged, " << lost << " lost, "
            << twice << " twice, " << refused << " refused while away, " << refused_beside
            << " refused beside; longest recovery " << static_cast<int>(longest * 1000) << " ms\n";
  if (full) {
    EXPECT_LT(longest, 2.0);
  }
}

}  // namespace
}  // namespace wyvern::test
