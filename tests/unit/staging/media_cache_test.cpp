#include "staging/media_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "faulty_storage.hpp"
#include "room.hpp"

namespace wyvern::staging {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::checksum_of;
using test::FaultyStorage;
using test::Gate;

// Staging over a faulty storage. Without `start` a test does each attempt itself, with `attempt`.
struct MediaCacheTest : testing::Test {
  test::ScratchFolder folder;
  test::Database database{folder.path()};
  FaultyStorage storage;
  std::uint64_t limit_bytes = 0;
  std::unique_ptr<Staging> staging;

  fs::path cache() const { return folder.path() / "cache"; }
  Staging& room() {
    if (!staging) {
      Settings settings;
      settings.cache_dir = cache();
      settings.cache_limit_bytes = limit_bytes;
      settings.poll = 20ms;
      staging = std::make_unique<Staging>(Staging::Parts{.store = database.store,
                                                         .events = database.log,
                                                         .settings = settings,
                                                         .storages = {storage.access()},
                                                         .storage_timeout = 300ms});
    }
    return *staging;
  }
  std::string asset(const std::string& bytes, const std::string& key = "a/clip.mp4") {
    storage.put(key, {.bytes = bytes});
    return database.add_asset("faulty", key);
  }
  void request(const std::string& id) {
    database.store.write([&](store::Session& session) { room().request(session, id); });
  }
  // One attempt, due or not.
  bool attempt() {
    database.run("UPDATE jobs SET run_at = $1 WHERE status = 'queued'", {store::Timestamp{1}});
    return room().queue().work_once("stage");
  }
  Media media(const std::string& id) {
    return database.store.read([&](store::Session& session) { return room().cache().find(session, id); }).value();
  }
  std::optional<Media> any_media(const std::string& id) {
    return database.store.read([&](store::Session& session) { return room().cache().find(session, id); });
  }
  // What lies in the cache's folder, but for the lock.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(cache())) names.push_back(entry.path().filename());
    std::erase(names, ".lock");
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string job_error() { return database.text("SELECT error_message FROM jobs").value_or(""); }
};

TEST_F(MediaCacheTest, ARequestedAssetBecomesAVerifiedCopyUnderANeutralName) {
  const std::string bytes(3'500'000, 'x');
  const auto id = asset(bytes);
  std::vector<std::string> heard;
  room().on_media_changed([&](const std::string& changed) { heard.push_back(changed); });
  room().start();
  request(id);
  ASSERT_TRUE(database.wait_until([&] { return media(id).status == "ready"; }));
  const auto ready = media(id);
  EXPECT_EQ(ready.path, (cache() / (id + ".mp4")).string());
  EXPECT_EQ(ready.size_bytes, 3'500'000);
  EXPECT_EQ(ready.checksum, checksum_of(bytes));
  EXPECT_EQ(test::get_file(*ready.path), bytes);
  EXPECT_EQ(files(), std::vector<std::string>{id + ".mp4"});
  room().stop();
  EXPECT_EQ(heard, (std::vector<std::string>{id, id, id}));
  std::vector<std::string> states;
  for (const auto& event : database.events("staging.media.changed")) states.push_back(event.data["status"]);
  EXPECT_EQ(states, (std::vector<std::string>{"pending", "staging", "ready"}));
}

TEST_F(MediaCacheTest, AskingForWhatIsReadyDoesNothingAndForWhatWasLostStagesItAgain) {
  const auto id = asset("bytes");
  request(id);
  ASSERT_TRUE(attempt());
  request(id);
  EXPECT_FALSE(attempt());
  fs::remove(*media(id).path);
  request(id);
  EXPECT_EQ(media(id).status, "pending");
  EXPECT_TRUE(attempt());
  EXPECT_EQ(media(id).status, "ready");
}

TEST_F(MediaCacheTest, MediaOfAnAssetThatIsProbedYetWaitForTheProbe) {
  storage.put("a", {.bytes = "bytes"});
  const auto id = database.add_asset("faulty", "a", "processing");
  request(id);
  EXPECT_EQ(media(id).status, "pending");
  EXPECT_FALSE(attempt());
  database.run("UPDATE assets SET status = 'ready'");
  database.store.write([&](store::Session& session) { room().cache().asset_settled(session, id); });
  EXPECT_TRUE(attempt());
  EXPECT_EQ(media(id).status, "ready");
}

TEST_F(MediaCacheTest, MediaOfAnAssetInErrorAreInErrorForTheSameReason) {
  const auto id = database.add_asset("faulty", "a", "error");
  request(id);
  EXPECT_EQ(media(id).status, "error");
  EXPECT_EQ(media(id).error_message, "'a' cannot be played: its probe failed for a reason");
  EXPECT_FALSE(attempt());
  EXPECT_THROW(request(store::new_uuid()), Failure);
}

TEST_F(MediaCacheTest, AShortReadIsAnErrorAndLeavesNothing) {
  const auto id = asset("");
  storage.put("a/clip.mp4", {.bytes = "only this", .said_size = 1000});
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(job_error(), "'a/clip.mp4' of storage 'faulty' ended after 9 of 1000 bytes");
  EXPECT_EQ(media(id).status, "pending");
  EXPECT_TRUE(files().empty());
  while (attempt()) {
  }
  EXPECT_EQ(media(id).status, "error");
  EXPECT_EQ(media(id).error_message, job_error());
}

TEST_F(MediaCacheTest, AnObjectThatIsLongerThanItSaidIsAnError) {
  const auto id = asset("");
  storage.put("a/clip.mp4", {.bytes = std::string(2000, 'x'), .said_size = 1000});
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_THAT(job_error(), testing::HasSubstr("more than the 1000 bytes"));
  EXPECT_TRUE(files().empty());
}

TEST_F(MediaCacheTest, AnObjectThatChangesWhileItIsReadIsReadAgain) {
  const std::string old_bytes(3'000'000, 'o');
  const auto id = asset(old_bytes);
  int reads = 0;
  storage.before_read = [&](const std::string& key, std::uint64_t) {
    if (++reads == 2) storage.put(key, {.bytes = old_bytes, .version = "2"});
    if (reads == 4) storage.put(key, {.bytes = old_bytes, .version = "1"});
  };
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_THAT(job_error(), testing::HasSubstr("another version"));
  EXPECT_TRUE(files().empty());
  storage.put("a/clip.mp4", {.bytes = old_bytes, .version = "1"});
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(id).status, "ready");
}

TEST_F(MediaCacheTest, AnObjectThatChangedSinceItsProbeIsProbedAgainBeforeItIsStaged) {
  const auto id = asset("bytes");
  storage.put("a/clip.mp4", {.bytes = "other bytes", .version = "2"});
  std::string changed;
  room().on_object_changed([&](store::Session&, const std::string& asset_id) { changed = asset_id; });
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(changed, id);
  EXPECT_EQ(media(id).status, "pending");
  EXPECT_TRUE(files().empty());
}

TEST_F(MediaCacheTest, AStorageThatGivesOtherBytesUnderTheSameVersionIsFoundOut) {
  const auto id = asset("bytes");
  database.run("UPDATE assets SET checksum = $1", {checksum_of("bytes as they were probed")});
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_THAT(job_error(), testing::HasSubstr("gave other bytes"));
  EXPECT_TRUE(files().empty());
}

TEST_F(MediaCacheTest, AnObjectThatVanishedIsAnErrorAtOnce) {
  const auto id = asset("bytes");
  storage.erase("a/clip.mp4");
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(id).status, "error");
  EXPECT_EQ(media(id).error_message, "there is no object 'a/clip.mp4'");
  // Asking again tries again.
  storage.put("a/clip.mp4", {.bytes = "bytes"});
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(id).status, "ready");
}

TEST_F(MediaCacheTest, AnUnknownStorageIsNamedWithThoseThereAre) {
  const auto id = database.add_asset("attic", "a");
  request(id);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(id).error_message, "no storage 'attic' is configured; there are: faulty");
}

TEST_F(MediaCacheTest, AStorageThatHangsCostsOneAttemptItsDeadlineAndHoldsUpNobody) {
  Gate gate;
  const auto hanging = asset("bytes", "hangs");
  const auto good = asset("good bytes", "good");
  storage.before_read = [&](const std::string& key, std::uint64_t) {
    if (key == "hangs") gate.pass();
  };
  room().start();
  request(hanging);
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  request(good);
  EXPECT_TRUE(database.wait_until([&] { return media(good).status == "ready"; }));
  EXPECT_TRUE(database.wait_until(
      [&] { return job_error().find("did not answer for 'hangs' within 300 ms") != std::string::npos; }));
  room().stop();
  EXPECT_TRUE(room().storages().hanging());
  EXPECT_EQ(files(), std::vector<std::string>{good});
  gate.open();
  EXPECT_TRUE(database.wait_until([&] { return !room().storages().hanging(); }));
}

TEST_F(MediaCacheTest, AStorageInWhichManyCallsHangIsNotCalledAnyMore) {
  Gate gate;
  storage.put("a", {.bytes = "bytes"});
  storage.before_stat = [&](const std::string&) { gate.pass(); };
  const auto& faulty = *room().storages().find("faulty");
  for (int i = 0; i < Storage::most_hanging; ++i) EXPECT_EQ(faulty.stat("a").error().code, "storage.timeout");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(faulty.stat("a").error().code, "storage.hangs");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 100ms);
  gate.open();
  EXPECT_TRUE(database.wait_until([&] { return !room().storages().hanging(); }));
  EXPECT_TRUE(faulty.stat("a").ok());
}

TEST_F(MediaCacheTest, ACopyIsCancelledInTheMiddle) {
  Gate gate;
  const auto id = asset(std::string(3'000'000, 'x'));
  storage.before_read = [&](const std::string&, std::uint64_t offset) {
    if (offset > 0) gate.pass();
  };
  room().start();
  request(id);
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  EXPECT_EQ(files().size(), 1U);
  room().queue().cancel(database.text("SELECT id FROM jobs").value(), "ada");
  EXPECT_EQ(media(id).status, "error");
  EXPECT_EQ(media(id).error_message, "the stage job was cancelled by ada");
  gate.open();
  EXPECT_TRUE(database.wait_until([&] { return files().empty(); }));
  room().stop();
  EXPECT_EQ(media(id).status, "error");
}

TEST_F(MediaCacheTest, AnAssetThatIsDeletedInTheMiddleOfItsCopyLeavesNoFile) {
  Gate gate;
  const auto id = asset(std::string(3'000'000, 'x'));
  storage.before_read = [&](const std::string&, std::uint64_t) { gate.pass(); };
  room().start();
  request(id);
  ASSERT_TRUE(gate.wait_for_arrivals(1));
  database.store.write([&](store::Session& session) {
    room().cache().forget(session, id);
    session.run("DELETE FROM assets WHERE id = $1", {id});
  });
  gate.open();
  EXPECT_TRUE(database.wait_until([&] { return files().empty(); }));
  room().stop();
  EXPECT_TRUE(files().empty());
}

TEST_F(MediaCacheTest, WhatNobodyRefersToIsThrownOutTheLeastRecentlyUsedFirst) {
  limit_bytes = 1000;
  const auto pinned = asset(std::string(400, 'p'), "pinned");
  const auto old = asset(std::string(200, 'o'), "old");
  const auto recent = asset(std::string(200, 'r'), "recent");
  for (const auto& id : {pinned, old, recent}) {
    request(id);
    ASSERT_TRUE(attempt());
  }
  database.add_to_playlist(pinned);
  request(old);  // now `recent` is the one that was not used for longest
  const auto fresh = asset(std::string(300, 'f'), "fresh");
  request(fresh);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(fresh).status, "ready");
  EXPECT_FALSE(any_media(recent));
  EXPECT_TRUE(any_media(pinned) && any_media(old));
  auto expected = std::vector<std::string>{pinned, old, fresh};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(files(), expected);
  // It can be had again.
  request(recent);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(recent).status, "ready");
}

TEST_F(MediaCacheTest, ALimitThatPlaylistsFillIsAClearErrorAndThrowsNothingOut) {
  limit_bytes = 1000;
  const auto pinned = asset(std::string(700, 'p'), "pinned");
  const auto other = asset(std::string(200, 'o'), "other");
  for (const auto& id : {pinned, other}) {
    request(id);
    ASSERT_TRUE(attempt());
  }
  database.add_to_playlist(pinned);
  const auto fresh = asset(std::string(400, 'f'), "fresh.mxf");
  request(fresh);
  ASSERT_TRUE(attempt());
  EXPECT_EQ(media(fresh).status, "error");
  EXPECT_EQ(media(fresh).error_message,
            "the media cache (" + cache().string() +
                ") may hold 1000 bytes and holds 900, of which 200 can be thrown out; 'fresh.mxf' needs 400: raise "
                "staging.cache_limit_bytes, or remove items from playlists");
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(MediaCacheTest, AStartFindsWhatIsMissingAndRemovesWhatIsHalfMade) {
  const auto whole = asset("whole", "whole.mp4");
  const auto cut = asset("cut off", "cut.mp4");
  const auto gone = asset("gone", "gone.mp4");
  for (const auto& id : {whole, cut, gone}) {
    request(id);
    ASSERT_TRUE(attempt());
  }
  staging.reset();
  test::put_file(cache() / (cut + ".mp4"), "cut");
  fs::remove(cache() / (gone + ".mp4"));
  const auto orphan = store::new_uuid();
  test::put_file(cache() / (orphan + ".mp4"), "nobody's");
  test::put_file(cache() / (whole + "." + store::new_uuid() + ".3.tmp"), "half");
  test::put_file(cache() / "holiday.mp4", "a person's");

  room().start();
  for (const auto& id : {whole, cut, gone}) {
    EXPECT_TRUE(database.wait_until([&] { return media(id).status == "ready"; }));
  }
  EXPECT_EQ(test::get_file(cache() / (cut + ".mp4")), "cut off");
  auto expected = std::vector<std::string>{whole + ".mp4", cut + ".mp4", gone + ".mp4", "holiday.mp4"};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(files(), expected);
  EXPECT_EQ(database.text("SELECT COUNT(*) AS n FROM jobs"), "5");
}

TEST_F(MediaCacheTest, AFolderThatAnotherProcessUsesIsRefused) {
  room();
  try {
    CacheDirectory second(cache());
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().code, "cache.in_use");
    EXPECT_THAT(failure.error().message, testing::HasSubstr(cache().string()));
  }
}

TEST_F(MediaCacheTest, AFolderThatCannotBeMadeIsNamed) {
  test::put_file(folder.path() / "file", "");
  try {
    CacheDirectory directory(folder.path() / "file" / "cache");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.error().code, "cache.directory");
    EXPECT_THAT(failure.error().message, testing::HasSubstr("staging.cache_dir"));
  }
}

TEST_F(MediaCacheTest, AnObjectOfARealFolderIsStaged) {
  const auto local = test::local_storage(folder.path() / "media");
  test::put_file(folder.path() / "media" / "real.ts", "real bytes");
  Settings settings;
  settings.cache_dir = cache();
  staging = std::make_unique<Staging>(Staging::Parts{.store = database.store,
                                                     .events = database.log,
                                                     .settings = settings,
                                                     .storages = {test::access_to(*local, "media")}});
  const auto object = room().storages().first()->stat("real.ts").or_throw();
  const auto id = database.add_asset("media", "real.ts", "ready", object.version);
  request(id);
  ASSERT_TRUE(attempt());
  ASSERT_EQ(media(id).status, "ready") << job_error();
  EXPECT_EQ(test::get_file(*media(id).path), "real bytes");
  staging.reset();
}

}  // namespace
}  // namespace wyvern::staging
