// The contract's /assets and /jobs.
#include <fstream>
#include <iterator>

#include "contract.hpp"
#include "stored.hpp"

namespace wyvern::test {
namespace {

class Assets : public Contract {
 protected:
  Answer create(const std::string& key, Json fields = Json::object()) const {
    fields["key"] = key;
    return post("/assets", fields);
  }
  // An asset of what is no media.
  std::string broken(const std::string& key) const {
    std::ofstream(wyvern.library() / key) << "no media";
    const auto made = create(key);
    EXPECT_TRUE(answered(made, 201));
    return made.body["id"];
  }
  std::string clip(const std::string& key) const {
    wyvern.make_clip(key);
    return wyvern.asset(key);
  }
  Json settled(const std::string& id) const {
    Json asset;
    EXPECT_TRUE(wyvern.await([&] {
      asset = get("/assets/" + id).body;
      return asset["status"] == "ready" || asset["status"] == "error";
    })) << asset;
    return asset;
  }
  Json job(const std::string& query) const {
    const auto jobs = get("/jobs?" + query).body;
    return jobs.empty() ? Json() : jobs[0];
  }
};

TEST_F(Assets, AreProbedInTheBackgroundAndThenDescribed) {
  wyvern.make_clip("clip.mp4", 2, "320x180", "25", 2);
  const auto made = create("clip.mp4", {{"filename", "Evening.mp4"}, {"storage", "media"}});
  ASSERT_TRUE(answered(made, 201));
  EXPECT_EQ(made.body["status"], "processing");
  const auto asset = settled(made.body["id"]);
  EXPECT_EQ(asset["status"], "ready");
  EXPECT_EQ(asset["filename"], "Evening.mp4");
  EXPECT_NEAR(asset["duration_ms"].get<double>(), 2000, 1);
  EXPECT_EQ(asset["width"], 320);
  EXPECT_EQ(asset["height"], 180);
  EXPECT_EQ(asset["framerate"], 25.0);
  EXPECT_EQ(asset["audio_channels"], 2);
  EXPECT_EQ(asset["size_bytes"], std::filesystem::file_size(wyvern.library() / "clip.mp4"));
  EXPECT_EQ(asset["error_message"], nullptr);
  const auto item = post("/playout/playlists/" + wyvern.playlist(wyvern.channel(), {made.body["id"]}) + "/items",
                         {{"asset_id", made.body["id"]}});
  EXPECT_TRUE(answered(item, 201));
  EXPECT_TRUE(get("/assets/" + made.body["id"].get<std::string>()).body["checksum"].is_string());
}

TEST_F(Assets, NeedAnObjectOfAKnownStorageWithinItsRoot) {
  std::ofstream(wyvern.folder() / "outside.ts") << "not for anybody";
  EXPECT_TRUE(refused(post("/assets"), 400, "field.required"));
  EXPECT_TRUE(answered(create("nothing.ts"), 404));
  for (const char* key : {"../outside.ts", "a/../../outside.ts", "/etc/hostname", ".", ""}) {
    EXPECT_TRUE(answered(create(key), 400)) << key;
  }
  std::ofstream(wyvern.library() / "there.ts") << "no media";
  EXPECT_TRUE(answered(create("there.ts", {{"storage", "elsewhere"}}), 400));
  EXPECT_EQ(get("/assets").body.size(), 0U);
}

TEST_F(Assets, AreFoundByNameStateAndProject) {
  const auto project = post("/projects", {{"name", "News"}}).body["id"].get<std::string>();
  const auto evening = clip("evening.mp4");
  const auto noise = broken("noise.ts");
  settled(noise);
  EXPECT_TRUE(answered(patch("/assets/" + noise, {{"project_id", project}}), 200));
  const auto only = [&](const std::string& query, const std::string& id) {
    const auto found = get("/assets?" + query).body;
    ASSERT_EQ(found.size(), 1U) << query;
    EXPECT_EQ(found[0]["id"], id) << query;
  };
  only("q=EVEN", evening);
  only("status=error", noise);
  only("status=ready", evening);
  only("project_id=" + project, noise);
  EXPECT_EQ(get("/assets").body[0]["id"], noise) << "newest first";
  EXPECT_EQ(get("/assets?q=%25").body.size(), 0U) << "a pattern is no pattern";
}

TEST_F(Assets, AreRenamedAndMoved) {
  const auto path = "/assets/" + broken("noise.ts");
  const auto project = post("/projects", {{"name", "News"}}).body["id"];
  const auto changed = patch(path, {{"filename", "Renamed.ts"}, {"project_id", project}});
  ASSERT_TRUE(answered(changed, 200));
  EXPECT_EQ(changed.body["filename"], "Renamed.ts");
  EXPECT_EQ(get(path).body["project_id"], project);
  EXPECT_TRUE(answered(patch(path, {{"project_id", unknown_id}}), 404));
  EXPECT_TRUE(answered(patch(path, {{"filename", "a/b"}}), 400));
  EXPECT_EQ(patch(path, {{"project_id", nullptr}}).body["project_id"], nullptr);
}

TEST_F(Assets, AreNotDeletedWhileAPlaylistNeedsThemAndTheObjectStays) {
  const auto asset = clip("clip.mp4");
  const auto list = wyvern.playlist(wyvern.channel(), {asset});
  const auto kept = remove("/assets/" + asset);
  EXPECT_TRUE(refused(kept, 409, "asset.in_use"));
  EXPECT_EQ(kept.body["detail"]["playlists"][0]["id"], list);
  const auto item = get("/playout/playlists/" + list + "/items").body[0]["id"].get<std::string>();
  ASSERT_TRUE(answered(remove("/playout/items/" + item), 200));
  const auto deleted = remove("/assets/" + asset);
  ASSERT_TRUE(answered(deleted, 200));
  EXPECT_EQ(deleted.body, (Json{{"deleted", true}}));
  EXPECT_TRUE(answered(get("/assets/" + asset), 404));
  EXPECT_TRUE(std::filesystem::exists(wyvern.library() / "clip.mp4"));
}

TEST_F(Assets, ArePlayableByTheirBytes) {
  const auto asset = clip("clip.mp4");
  const auto bytes = get("/assets/" + asset + "/stream");
  ASSERT_TRUE(answered(bytes, 200));
  EXPECT_EQ(bytes.text, read_file(wyvern.library() / "clip.mp4"));
  EXPECT_EQ(bytes.headers.at("content-type"), "video/mp4");
  EXPECT_EQ(bytes.headers.at("accept-ranges"), "bytes");
}

TEST_F(Assets, Case17_OneThatStayedLiveIsClosedByItsId) {
  const auto path = "/assets/" + clip("clip.mp4");
  EXPECT_TRUE(refused(post(path + "/finalize"), 409, "asset.not_live"));
  touch_store(wyvern, "UPDATE assets SET status = 'live', duration_ms = NULL");
  EXPECT_EQ(get(path).body["status"], "live") << "a start alone does not end a recording";
  EXPECT_TRUE(refused(remove(path), 409, "asset.live"));
  const auto closed = post(path + "/finalize");
  ASSERT_TRUE(answered(closed, 200));
  EXPECT_EQ(closed.body["status"], "processing");
  const auto asset = settled(path.substr(std::string("/assets/").size()));
  EXPECT_EQ(asset["status"], "ready");
  EXPECT_NEAR(asset["duration_ms"].get<double>(), 2000, 1);
}

TEST_F(Assets, Case18_AProbeThatFailsEndsTheProcessingAndIsTriedAgain) {
  const auto id = broken("clip.mp4");
  const auto failed = settled(id);
  EXPECT_EQ(failed["status"], "error");
  EXPECT_FALSE(failed["error_message"].get<std::string>().empty());
  const auto probe = job("type=probe&status=failed");
  ASSERT_EQ(probe["asset_id"], id);
  wyvern.make_clip("clip.mp4");
  const auto again = post("/jobs/" + probe["id"].get<std::string>() + "/retry");
  ASSERT_TRUE(answered(again, 200));
  EXPECT_EQ(again.body["status"], "queued");
  EXPECT_TRUE(wyvern.await([&] { return get("/assets/" + id).body["status"] == "ready"; }))
      << get("/assets/" + id).text;
}

TEST_F(Assets, Case18_OneThatNobodyProbesAnyMoreIsProbedByTheNextStart) {
  const auto id = clip("clip.mp4");
  touch_store(wyvern, "DELETE FROM jobs");
  touch_store(wyvern, "UPDATE assets SET status = 'processing'");
  EXPECT_EQ(settled(id)["status"], "ready");
}

TEST_F(Assets, JobsTellTheirProgressAndOnesThatEndedAreNeitherTriedAgainNorCancelled) {
  const auto asset = clip("clip.mp4");
  wyvern.playlist(wyvern.channel(), {asset});
  ASSERT_TRUE(wyvern.await([&] { return !job("type=stage&status=succeeded").is_null(); }));
  const auto staged = job("type=stage");
  EXPECT_EQ(staged["asset_id"], asset);
  EXPECT_EQ(staged["bytes_done"], staged["bytes_total"]);
  EXPECT_EQ(staged["bytes_total"], std::filesystem::file_size(wyvern.library() / "clip.mp4"));
  const auto path = "/jobs/" + staged["id"].get<std::string>();
  EXPECT_EQ(get(path).body, staged);
  EXPECT_TRUE(answered(post(path + "/retry"), 409));
  EXPECT_TRUE(answered(post(path + "/cancel"), 409));
  EXPECT_TRUE(refused(get(std::string("/jobs/") + unknown_id), 404, "job.not_found"));
}

TEST_F(Assets, AJobThatWaitsIsCancelledAndTriedAgain) {
  const auto asset = clip("clip.mp4");
  const auto list = post("/playout/playlists", {{"channel_id", wyvern.channel()}, {"name", "List"}}).body["id"];
  // An object that changed is probed again after a while.
  wyvern.make_clip("clip.mp4", 3);
  ASSERT_TRUE(answered(post("/playout/playlists/" + list.get<std::string>() + "/items", {{"asset_id", asset}}), 201));
  ASSERT_TRUE(wyvern.await([&] { return !job("type=probe&status=queued").is_null(); }));
  const auto path = "/jobs/" + job("type=probe&status=queued")["id"].get<std::string>();
  const auto cancelled = post(path + "/cancel");
  ASSERT_TRUE(answered(cancelled, 200));
  EXPECT_EQ(cancelled.body["status"], "cancelled");
  EXPECT_EQ(get("/assets/" + asset).body["status"], "error") << "it does not wait for a probe that nobody makes";
  ASSERT_TRUE(answered(post(path + "/retry"), 200));
  EXPECT_TRUE(wyvern.await([&] { return get("/assets/" + asset).body["status"] == "ready"; }));
  EXPECT_NEAR(get("/assets/" + asset).body["duration_ms"].get<double>(), 3000, 1);
}

}  // namespace
}  // namespace wyvern::test
