// A channel on air: transport, what may not be touched meanwhile, the as-run, the preview, and a worker out of reach.
#include <fstream>

#include "contract.hpp"
#include "store/store.hpp"
#include "stored.hpp"

namespace wyvern::test {
namespace {

const std::string channels = "/playout/channels/";
constexpr const char* commands[] = {"pause", "resume", "skip", "stop-playback"};

class OnAirContract : public Contract {
 protected:
  OnAirContract() : Contract(patient()) {
    wyvern.make_clip("clip.mp4");
    asset = wyvern.asset("clip.mp4");
    channel = channels + wyvern.channel();
  }
  // A worker that does not answer is left alone for as long as a test lasts.
  static Deployment::Options patient() {
    Deployment::Options options;
    options.sections = {{"playout", {{"worker_silence_ms", 60'000}}}};
    return options;
  }

  std::string id() const { return channel.substr(channels.size()); }
  void start() const { ASSERT_TRUE(answered(post(channel + "/start"), 200)) << wyvern.log(); }
  Answer play(const std::string& list) const { return post(channel + "/play", {{"playlist_id", list}}); }
  std::string empty_list(const std::string& of) const {
    return post("/playout/playlists", {{"channel_id", of}, {"name", "Empty"}}).body["id"];
  }
  Json await_engine(const std::function<bool(const Json& engine)>& holds) const {
    Json engine;
    EXPECT_TRUE(wyvern.await([&] {
      engine = get(channel + "/status").body["engine"];
      return engine.is_object() && holds(engine);
    })) << engine;
    return engine;
  }

  std::string asset;
  std::string channel;  // its path
};

TEST_F(OnAirContract, PlayWantsARunningChannelAndAStagedPlaylistOfIts) {
  const auto list = wyvern.playlist(id(), {asset});
  EXPECT_TRUE(refused(play(list), 409, "playout.not_running"));
  start();
  EXPECT_TRUE(refused(post(channel + "/play"), 400, "field.required"));
  EXPECT_TRUE(answered(post(channel + "/play", {{"playlist_id", "seven"}}), 400));
  EXPECT_TRUE(refused(play(unknown_id), 404, "playout.playlist_not_found"));
  EXPECT_TRUE(refused(play(empty_list(wyvern.channel())), 404, "playout.playlist_not_found"))
      << "another channel's playlist";
  EXPECT_TRUE(refused(play(empty_list(id())), 409, "playout.playlist_empty"));
  const auto played = play(list);
  ASSERT_TRUE(answered(played, 200)) << wyvern.log();
  EXPECT_TRUE(played.body.is_object());
  await_engine([](const Json& engine) { return engine["state"] == "playing"; });
}

TEST_F(OnAirContract, PlayNamesTheItemsThatAreNotStaged) {
  const auto list = wyvern.playlist(id(), {asset});
  std::ofstream(wyvern.library() / "broken.ts") << "no media";
  const auto broken = post("/assets", {{"key", "broken.ts"}}).body["id"];
  const auto item = post("/playout/playlists/" + list + "/items", {{"asset_id", broken}}).body["id"];
  start();
  const auto answer = play(list);
  EXPECT_TRUE(refused(answer, 409, "playout.not_staged"));
  EXPECT_EQ(answer.body["pending"], Json::array({item}));
}

TEST_F(OnAirContract, TransportIsTheWorkersAnswer) {
  const auto list = wyvern.playlist(id(), {asset, asset});
  start();
  ASSERT_TRUE(answered(play(list), 200));
  const std::string first = await_engine([](const Json& now) { return now["state"] == "playing"; })["item"]["id"];
  const char* then[] = {"paused", "playing", "playing", "idle"};
  for (std::size_t i = 0; i < std::size(commands); ++i) {
    const auto answer = post(channel + "/" + commands[i]);
    EXPECT_TRUE(answered(answer, 200)) << commands[i];
    EXPECT_TRUE(answer.body.is_object()) << commands[i];
    const auto engine = await_engine([&](const Json& now) { return now["state"] == then[i]; });
    if (commands[i] == std::string("skip")) {
      await_engine([&](const Json& now) { return now["item"].is_object() && now["item"]["id"] != first; });
    }
  }
  EXPECT_EQ(get(channel).body["status"], "running") << "stop-playback leaves the channel on air";
}

TEST_F(OnAirContract, WhatIsOnAirOrCuedIsNotTouched) {
  const auto list = wyvern.playlist(id(), {asset, asset, asset});
  start();
  ASSERT_TRUE(answered(play(list), 200));
  await_engine([](const Json& now) { return now["state"] == "playing"; });
  ASSERT_TRUE(answered(post(channel + "/pause"), 200));
  const auto engine = await_engine([](const Json& now) { return now["item"].is_object() && now["next"].is_object(); });
  const auto on_air = "/playout/items/" + engine["item"]["id"].get<std::string>();
  const auto cued = "/playout/items/" + engine["next"]["id"].get<std::string>();
  EXPECT_TRUE(refused(patch(on_air, {{"in_point", 1}}), 409, "playout.item_on_air"));
  EXPECT_TRUE(refused(patch(cued, {{"in_point", 1}}), 409, "playout.item_cued"));
  EXPECT_TRUE(refused(remove(on_air), 409, "playout.item_on_air"));
  EXPECT_TRUE(refused(remove("/playout/playlists/" + list), 409, "playout.playlist_on_air"));
  EXPECT_TRUE(refused(remove("/assets/" + asset), 409, "asset.in_use"));
  for (const auto& item : get("/playout/playlists/" + list + "/items").body) {
    const auto path = "/playout/items/" + item["id"].get<std::string>();
    if (path == on_air || path == cued) continue;
    EXPECT_TRUE(answered(patch(path, {{"in_point", 0.5}, {"out_point", 1.5}}), 200));
    EXPECT_TRUE(answered(remove(path), 200));
  }
}

TEST_F(OnAirContract, Mended_Case39_AnInPointOfZeroIsZeroOnItsWayToTheAir) {
  const auto list = empty_list(id());
  const auto item =
      post("/playout/playlists/" + list + "/items", {{"asset_id", asset}, {"in_point", 0}, {"out_point", 0.4}});
  ASSERT_TRUE(answered(item, 201));
  ASSERT_TRUE(item.body["in_point"].is_number());
  EXPECT_EQ(item.body["in_point"], 0.0);
  wyvern.await_staged(list);
  start();
  ASSERT_TRUE(answered(play(list), 200));
  const auto begun = wyvern.event("playout.worker.item_ended")["data"];
  EXPECT_EQ(begun["frames_sent"], 10) << begun;
  EXPECT_EQ(get("/playout/items/" + item.body["id"].get<std::string>()).body["in_point"], 0.0);
}

TEST_F(OnAirContract, AWorkerOutOfReachIs502AndToldByTheStatus) {
  const auto list = wyvern.playlist(id(), {asset});
  start();
  touch_store(wyvern, "UPDATE playout_channels SET worker_port = " + std::to_string(free_port()));
  EXPECT_TRUE(refused(play(list), 502, "worker.unreachable"));
  for (const auto* command : commands) {
    EXPECT_TRUE(refused(post(channel + "/" + command), 502, "worker.unreachable")) << command;
  }
  const auto told = get(channel + "/status");
  ASSERT_TRUE(answered(told, 200));
  EXPECT_EQ(told.body["running"], true);
  EXPECT_EQ(told.body["status"], "running");
  EXPECT_EQ(told.body["engine"], nullptr);
  EXPECT_FALSE(told.body["engine_error"].get<std::string>().empty());
}

TEST_F(OnAirContract, Case27_AListGoesOnBehindItsSecondClipAndRoundAgain) {
  const auto list = empty_list(id());
  Json items = Json::array();
  for (int i = 0; i < 3; ++i) {
    const Json fields = {{"asset_id", asset}, {"in_point", 0}, {"out_point", 0.4}};
    items.push_back(post("/playout/playlists/" + list + "/items", fields).body["id"]);
  }
  ASSERT_TRUE(answered(patch("/playout/playlists/" + list, {{"loop", true}}), 200));
  wyvern.await_staged(list);
  start();
  ASSERT_TRUE(answered(play(list), 200));
  Json rows;
  ASSERT_TRUE(wyvern.await([&] {
    rows = get(channel + "/asrun").body;
    return rows.size() >= 5;
  })) << rows;
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(rows[rows.size() - 1 - i]["item_id"], items[i % 3]) << i;
}

// What was on air, without being on air: as-run rows that began when the channels were made.
class AsRunContract : public Contract {
 protected:
  void insert(const std::vector<std::string>& begun_with_channel) {
    std::string rows;
    for (std::size_t number = 0; number < begun_with_channel.size(); ++number) {
      rows += (rows.empty() ? "SELECT '" : " UNION ALL SELECT '") + store::new_uuid() + "', '" + id + "', " +
              std::to_string(number + 1) + ", created_at, 'played' FROM playout_channels WHERE id = '" +
              begun_with_channel[number] + "'";
    }
    touch_store(wyvern, "INSERT INTO playout_as_run (id, channel_id, start_number, started_at, result) " + rows);
  }
  Json in_pages(int limit) const {
    Json joined = Json::array();
    std::string before;
    for (;;) {
      const auto page = get(path() + "?limit=" + std::to_string(limit) + before).body;
      for (const auto& one : page) joined.push_back(one);
      if (page.size() < static_cast<std::size_t>(limit) || joined.size() > 50) return joined;
      before = "&before=" + page.back()["id"].get<std::string>();
    }
  }
  std::string path() const { return channels + id + "/asrun"; }

  const std::string id = wyvern.channel();
};

TEST_F(AsRunContract, IsNewestFirstInPages) {
  std::vector<std::string> moments{id};
  for (int i = 0; i < 5; ++i) moments.push_back(wyvern.channel());
  insert(moments);
  const auto whole = get(path()).body;
  ASSERT_EQ(whole.size(), 6U);
  for (std::size_t i = 1; i < whole.size(); ++i) EXPECT_LT(whole[i]["started_at"], whole[i - 1]["started_at"]);
  for (const int limit : {1, 2, 6}) EXPECT_EQ(in_pages(limit), whole) << limit;
  EXPECT_TRUE(answered(get(path() + "?limit=501"), 400));
  EXPECT_TRUE(answered(get(path() + "?before=seven"), 400));
  EXPECT_TRUE(refused(get(path() + "?before=" + unknown_id), 404, "playout.as_run_not_found"));
}

TEST_F(AsRunContract, LosesNoRowOfOneMomentBetweenPages) {
  insert({id, id, id, id, id, id});
  const auto whole = get(path()).body;
  ASSERT_EQ(whole.size(), 6U);
  for (const int limit : {1, 2, 6}) EXPECT_EQ(in_pages(limit), whole) << limit;
}

TEST_F(OnAirContract, ThePreviewIsNotCachedItsSegmentsLieBesideItAndNoneIsOfAnEarlierRun) {
  const auto folder = wyvern.folder() / "state" / "playout" / id() / "preview";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "stale.ts") << "from before";
  const auto preview = channel + "/hls/";
  ASSERT_TRUE(answered(get(preview + "stale.ts"), 200));
  start();
  EXPECT_TRUE(answered(get(preview + "stale.ts"), 404)) << "regression 28: a stale segment is shown";
  Answer playlist;
  ASSERT_TRUE(wyvern.await([&] {
    playlist = get(preview + "index.m3u8");
    return playlist.status == 200 && playlist.text.find(".ts") != std::string::npos;
  })) << playlist.text;
  EXPECT_EQ(playlist.headers["cache-control"], "no-store");
  const auto end = playlist.text.find(".ts") + 3;
  const auto begin = playlist.text.rfind('\n', end - 1) + 1;
  EXPECT_TRUE(answered(get(preview + playlist.text.substr(begin, end - begin)), 200)) << playlist.text;
  for (const char* outside : {"..%2Fworker.yaml", "worker.yaml", "..", "%2e%2e"}) {
    EXPECT_GE(get(preview + outside).status, 400) << outside;
  }
}

}  // namespace
}  // namespace wyvern::test
