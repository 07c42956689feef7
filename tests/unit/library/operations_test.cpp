#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library_room.hpp"

namespace wyvern::library {
namespace {

struct AssetOperationsTest : testing::Test {
  test::LibraryRoom room;
  test::OperationsCaller& caller = *room.caller;
  std::string news = room.database.add_project("news");
  std::string sport = room.database.add_project("sport");

  test::Answered create(const Json& body, const std::string& person = "admin") {
    return caller.call("library.assets.create", {}, body, person);
  }
};

TEST_F(AssetOperationsTest, CreatingChecksTheObjectFirst) {
  room.put("clip.mp4", "GOOD");
  const auto made = create({{"key", "clip.mp4"}, {"filename", "Opening.mp4"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json()["status"], "processing");
  EXPECT_EQ(made.json()["filename"], "Opening.mp4");

  EXPECT_EQ(create({{"key", "lost.mp4"}}).status, 404);
  EXPECT_EQ(create({{"key", "../secret"}}).status, 400);
  EXPECT_EQ(create({{"key", "/etc/passwd"}}).status, 400);
  EXPECT_EQ(create({{"key", 7}}).error(), "key is required");
  EXPECT_EQ(create({{"filename", "x"}}).error(), "key is required");
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"filename", "a/b"}}).status, 400);
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"storage", "attic"}}).error(),
            "no storage 'attic' is configured; there are: media, remote");
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"storage", "attic"}}).status, 400);
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"project_id", store::new_uuid()}}).status, 404);
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"colour", "blue"}}).status, 400);
  EXPECT_EQ(room.database.text("SELECT COUNT(*) AS n FROM assets"), "1");
}

TEST_F(AssetOperationsTest, AStorageThatHangsIsAnswered504InTime) {
  test::Gate gate;
  room.remote.before_stat = [&](const std::string&) { gate.pass(); };
  const auto answer = create({{"key", "a"}, {"storage", "remote"}});
  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.error(), testing::HasSubstr("storage 'remote' did not answer for 'a' within 300 ms"));
  gate.open();
  EXPECT_TRUE(room.database.wait_until([&] { return !room.staging->storages().hanging(); }));
  room.remote.before_stat = [](const std::string&) { throw Failure(WYV_UNAVAILABLE, "storage.away", "no connection"); };
  EXPECT_EQ(create({{"key", "a"}, {"storage", "remote"}}).status, 503);
  room.remote.before_stat = [](const std::string&) { throw Failure(WYV_DENIED, "storage.denied", "wrong secret"); };
  EXPECT_EQ(create({{"key", "a"}, {"storage", "remote"}}).status, 502);
}

TEST_F(AssetOperationsTest, WithoutAProjectAnAssetIsForAdministrators) {
  room.put("clip.mp4", "GOOD");
  caller.access().allow("ada", news, true);
  caller.access().allow("bob", news, false);
  EXPECT_EQ(create({{"key", "clip.mp4"}}, "ada").status, 403);
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"project_id", news}}, "bob").status, 403);
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"project_id", sport}}, "ada").status, 403);
  EXPECT_EQ(create({{"key", "clip.mp4"}, {"project_id", nullptr}}).status, 201);
  const auto made = create({{"key", "clip.mp4"}, {"project_id", news}}, "ada");
  EXPECT_EQ(made.status, 201);
  const std::string id = made.json()["id"];
  EXPECT_EQ(caller.call("library.assets.get", {{"id", id}}, nullptr, "bob").status, 200);
  EXPECT_EQ(caller.call("library.assets.get", {{"id", id}}, nullptr, "eve").status, 403);
  EXPECT_EQ(caller.call("library.assets.delete", {{"id", id}}, nullptr, "bob").status, 403);
  EXPECT_EQ(caller.call("library.assets.stream", {{"id", id}}, nullptr, "eve").status, 403);
}

TEST_F(AssetOperationsTest, TheListIsNewestFirstInPagesSearchedAndOnlyWhatOneMayView) {
  std::vector<std::string> ids;
  for (const char* name : {"One.mp4", "two_1.mp4", "Three.mp4", "four.mov"}) {
    ids.insert(ids.begin(), room.database.add_asset("media", name, "ready", "1", news));
  }
  const auto hidden = room.database.add_asset("media", "hidden.mp4", "error", "1");
  const auto list = [&](test::OperationsCaller::Fields fields, const std::string& person = "admin") {
    const auto answer = caller.call("library.assets.list", std::move(fields), nullptr, person);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> found;
    for (const auto& asset : answer.json()) found.push_back(asset["id"]);
    return found;
  };
  EXPECT_EQ(list({}).front(), hidden);
  EXPECT_EQ(list({}).size(), 5U);
  EXPECT_EQ(list({{"limit", "2"}, {"after", ids[0]}}), (std::vector<std::string>{ids[1], ids[2]}));
  EXPECT_EQ(list({{"q", "ONE"}}), std::vector<std::string>{ids[3]});
  EXPECT_EQ(list({{"q", "_"}}), std::vector<std::string>{ids[2]});
  EXPECT_EQ(list({{"status", "error"}}), std::vector<std::string>{hidden});
  EXPECT_EQ(list({{"project_id", news}}).size(), 4U);
  caller.access().allow("ada", news, false);
  EXPECT_EQ(list({}, "ada"), ids);
  EXPECT_TRUE(list({}, "eve").empty());
  EXPECT_EQ(caller.call("library.assets.list", {{"limit", "0"}}).status, 400);
  EXPECT_EQ(caller.call("library.assets.list", {{"after", store::new_uuid()}}).status, 400);
}

TEST_F(AssetOperationsTest, MovingNeedsEditThereAndRemovingTheProjectAnAdministrator) {
  const auto id = room.database.add_asset("media", "clip.mp4", "ready", "1", news);
  const auto patch = [&](const Json& body, const std::string& person) {
    return caller.call("library.assets.update", {{"id", id}}, body, person);
  };
  caller.access().allow("ada", news, true);
  EXPECT_EQ(patch({{"filename", "new.mp4"}}, "ada").json()["filename"], "new.mp4");
  EXPECT_EQ(patch({{"project_id", sport}}, "ada").status, 403);
  EXPECT_EQ(patch({{"project_id", nullptr}}, "ada").status, 403);
  EXPECT_EQ(patch({{"project_id", store::new_uuid()}}, "admin").status, 404);
  caller.access().allow("ada", sport, true);
  EXPECT_EQ(patch({{"project_id", sport}}, "ada").json()["project_id"], sport);
  EXPECT_EQ(patch({{"project_id", nullptr}}, "admin").json()["project_id"], nullptr);
  EXPECT_EQ(patch(Json::object(), "ada").status, 403);
  EXPECT_EQ(patch({{"filename", ""}}, "admin").status, 400);
  EXPECT_EQ(patch({{"status", "ready"}}, "admin").status, 400);
}

TEST_F(AssetOperationsTest, DeletingIsRefusedWhileAPlaylistNeedsIt) {
  const auto id = room.database.add_asset("media", "clip.mp4");
  const auto playlist = room.database.add_to_playlist(id, "evening show");
  const auto refused = caller.call("library.assets.delete", {{"id", id}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.error(), "'clip.mp4' is needed by playlist 'evening show'");
  EXPECT_EQ(refused.json()["detail"]["playlists"][0]["id"], playlist);
  room.database.run("DELETE FROM playout_items");
  EXPECT_EQ(caller.call("library.assets.delete", {{"id", id}}).json(), (Json{{"deleted", true}}));
  EXPECT_EQ(caller.call("library.assets.get", {{"id", id}}).status, 404);
  EXPECT_EQ(room.database.events("library.asset.deleted").size(), 1U);
  const auto live = room.database.add_asset("media", "take.ts", "live");
  EXPECT_EQ(caller.call("library.assets.delete", {{"id", live}}).status, 409);
}

TEST_F(AssetOperationsTest, DeletingTakesTheStagedCopyAndLeavesTheObject) {
  room.start();
  room.put("clip.mp4", "GOOD");
  const auto id = room.create("clip.mp4");
  room.database.store.write([&](store::Session& session) { room.staging->request(session, id); });
  ASSERT_TRUE(room.database.wait_until([&] { return room.asset(id)["media_status"] == "ready"; }));
  EXPECT_EQ(caller.call("library.assets.delete", {{"id", id}}).status, 200);
  EXPECT_FALSE(std::filesystem::exists(room.folder.path() / "cache" / (id + ".mp4")));
  EXPECT_TRUE(std::filesystem::exists(room.folder.path() / "media" / "clip.mp4"));
}

}  // namespace
}  // namespace wyvern::library
