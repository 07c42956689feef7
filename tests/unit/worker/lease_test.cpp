#include "worker/lease.hpp"

#include "scene.hpp"
#include "worker/lease_watch.hpp"

namespace wyvern::worker::testing {
namespace {

Settings leaving(const Folder& folder, std::int64_t epoch = 1) {
  auto all = settings(folder.path());
  all.on_loss = Settings::OnLoss::leave;
  all.epoch = epoch;
  return all;
}

template <class F>
std::string refusal(F&& call) {
  try {
    call();
  } catch (const operations::Refusal& refusal) {
    return std::to_string(refusal.status) + " " + refusal.code;
  }
  return "none";
}

TEST(ALease, CountsFromTheReadingThatTheRenewalCarriesNotFromItsArrival) {
  const Folder folder;
  FakeClock clock;
  Lease lease(leaving(folder), 1, folder.path() / "lease.json", clock);
  const Json reading = lease.status()["clock"];
  clock.pass_ms(8000);  // frozen, or the network held it back
  lease.renew({{"epoch", 1}, {"ttl_ms", 10000}, {"clock", reading}, {"clock_age_ms", 500}});
  EXPECT_EQ(lease.status()["remaining_ms"], 2500);
}

TEST(ALease, CountsFromWhenTheRenewalWasSentWhereItIsOnlyShown) {
  const Folder folder;
  FakeClock clock;
  Lease lease(settings(folder.path()), 1, {}, clock);
  lease.renew({{"epoch", 1}, {"ttl_ms", 10000}, {"sent_ago_ms", 3000}});
  EXPECT_EQ(lease.status()["remaining_ms"], 7000);
  clock.pass_ms(8000);
  EXPECT_EQ(lease.status()["state"], "expired");
  EXPECT_TRUE(lease.holds());
}

TEST(ALease, OfALowerEpochIsRefused) {
  const Folder folder;
  FakeClock clock;
  Lease lease(settings(folder.path()), 5, {}, clock);
  EXPECT_EQ(refusal([&] { lease.renew({{"epoch", 4}, {"ttl_ms", 1000}}); }), "409 lease.epoch");
  lease.renew({{"epoch", 6}, {"ttl_ms", 1000}});
  EXPECT_EQ(lease.epoch(), 6);
  EXPECT_EQ(refusal([&] { lease.renew({{"epoch", 5}, {"ttl_ms", 1000}}); }), "409 lease.epoch");
}

TEST(ALease, ThatMattersNeedsAReadingOfThisVeryWorker) {
  const Folder folder;
  FakeClock clock;
  Lease lease(leaving(folder), 1, folder.path() / "lease.json", clock);
  EXPECT_EQ(refusal([&] { lease.renew({{"epoch", 1}, {"ttl_ms", 1000}}); }), "400 lease.clock");
  EXPECT_EQ(refusal([&] { lease.renew({{"epoch", 1}, {"ttl_ms", 1000}, {"clock", "other.123"}}); }), "400 lease.clock");
  const Json reading = lease.status()["clock"];
  clock.pass_ms(1000);
  EXPECT_EQ(refusal([&] { lease.renew({{"epoch", 1}, {"ttl_ms", 900}, {"clock", reading}}); }), "409 lease.late");
  EXPECT_FALSE(lease.holds());
}

TEST(ALease, IsNeverShortenedByALateRenewal) {
  const Folder folder;
  FakeClock clock;
  Lease lease(leaving(folder), 1, folder.path() / "lease.json", clock);
  const Json reading = lease.status()["clock"];
  clock.pass_ms(100);
  const Json newer = lease.status()["clock"];
  lease.renew({{"epoch", 1}, {"ttl_ms", 10000}, {"clock", newer}});
  lease.renew({{"epoch", 1}, {"ttl_ms", 10000}, {"clock", reading}});
  EXPECT_EQ(lease.status()["remaining_ms"], 10000);
}

TEST(ALease, IsNotMadeLongerByStartingTheWorkerAgain) {
  const Folder folder;
  FakeClock clock;
  auto granted = leaving(folder);
  granted.first_lease = std::chrono::milliseconds(5000);
  {
    Lease lease(granted, 1, folder.path() / "lease.json", clock);
    EXPECT_TRUE(lease.holds());
  }
  clock.pass_ms(4000);
  {
    Lease lease(granted, 1, folder.path() / "lease.json", clock);
    EXPECT_EQ(lease.status()["remaining_ms"], 1000);
  }
  clock.id = "boot-2";
  EXPECT_FALSE(Lease(granted, 1, folder.path() / "lease.json", clock).holds());
  EXPECT_TRUE(Lease(granted, 2, folder.path() / "lease.json", clock).holds());
}

TEST(ALostLease, EndsTheProcessWhenTheEngineDoesNotLeaveInTime) {
  const Folder folder;
  FakeClock clock;
  auto granted = leaving(folder);
  granted.first_lease = std::chrono::milliseconds(100);
  Lease lease(granted, 1, folder.path() / "lease.json", clock);
  std::atomic<bool> died{false}, told{false};
  {
    LeaseWatch watch(lease, std::chrono::milliseconds(30),
                     {[&](std::chrono::nanoseconds) { told = true; },
                      [&] { (void)eventually([&] { return died.load(); }); }, [&] { died = true; }});
    clock.pass_ms(200);
    EXPECT_TRUE(eventually([&] { return died.load(); }));
  }
  EXPECT_TRUE(told);
}

TEST(AWorkerThatLosesItsLease, LeavesTheAirAndTellsWhy) {
  const Folder folder;
  FakeClock clock;
  auto granted = leaving(folder);
  granted.first_lease = std::chrono::milliseconds(5000);
  FakeEngine engine;
  Environment environment;
  environment.clock = &clock;
  Worker worker(granted, FakeEngine::table(), engine.instance(), environment);
  ASSERT_TRUE(worker.start());
  worker.load(playlist({"a"}), {});
  engine.begin_item("a");
  clock.pass_ms(6000);
  ASSERT_TRUE(engine.wait_for_call("stop_channel"));
  const Json events = all_events(worker, 3);
  EXPECT_EQ(types(events), (std::vector<std::string>{"item_started", "lease_lost", "item_ended"}));
  ASSERT_TRUE(eventually([&] { return worker.status()["on_air"] == false; }));
  EXPECT_EQ(refusal([&] { worker.start_channel({}); }), "409 lease.required");
  const Json reading = worker.status()["lease"]["clock"];
  worker.renew_lease({{"epoch", 1}, {"ttl_ms", 5000}, {"clock", reading}});
  worker.start_channel({});
  EXPECT_EQ(worker.status()["on_air"], true);
}

TEST(AWorkerThatMustHoldALease, WaitsForItsFirstBeforeItGoesOnAir) {
  const Folder folder;
  FakeEngine engine;
  Worker worker(leaving(folder), FakeEngine::table(), engine.instance());
  ASSERT_TRUE(worker.start());
  EXPECT_EQ(worker.status()["fault"]["code"], "lease.required");
  EXPECT_EQ(worker.status()["on_air"], false);
  const Json reading = worker.status()["lease"]["clock"];
  worker.renew_lease({{"epoch", 1}, {"ttl_ms", 50000}, {"clock", reading}});
  EXPECT_EQ(worker.status()["on_air"], true);
  EXPECT_TRUE(worker.status()["fault"].is_null());
}

}  // namespace
}  // namespace wyvern::worker::testing
