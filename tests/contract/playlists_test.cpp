// The contract's table of playlists and items, row by row.
#include "contract.hpp"

namespace wyvern::test {
namespace {

class Playlists : public Contract {
 protected:
  void SetUp() override {
    channel = wyvern.channel();
    const auto made = post("/playout/playlists", {{"channel_id", channel}, {"name", "List"}});
    ASSERT_TRUE(answered(made, 201));
    playlist = made.body["id"];
  }
  std::string items() const { return "/playout/playlists/" + playlist + "/items"; }
  std::string ready_asset(const std::string& name = "clip.mp4") const {
    wyvern.make_clip(name);
    return wyvern.asset(name);
  }
  std::string append(const std::string& asset, Json fields = Json::object()) const {
    fields["asset_id"] = asset;
    const auto added = post(items(), fields);
    EXPECT_TRUE(answered(added, 201));
    return added.body.value("id", "");
  }

  std::string channel;
  std::string playlist;
};

TEST_F(Playlists, AreListedOldestFirstByTheirChannel) {
  const auto second = post("/playout/playlists", {{"channel_id", channel}, {"name", "Second"}, {"loop", true}});
  ASSERT_TRUE(answered(second, 201));
  EXPECT_EQ(second.body["loop"], true);
  const auto list = get("/playout/playlists?channel_id=" + channel);
  ASSERT_TRUE(answered(list, 200));
  ASSERT_EQ(list.body.size(), 2U);
  EXPECT_EQ(list.body[0]["id"], playlist);
  EXPECT_EQ(list.body[0]["loop"], false);
}

TEST_F(Playlists, NeedAChannelAndAName) {
  EXPECT_TRUE(refused(get("/playout/playlists"), 400, "field.required"));
  EXPECT_TRUE(answered(get("/playout/playlists?channel_id=seven"), 400));
  EXPECT_TRUE(answered(get(std::string("/playout/playlists?channel_id=") + unknown_id), 404));
  const auto nameless = post("/playout/playlists", {{"channel_id", channel}});
  ASSERT_TRUE(answered(nameless, 400));
  EXPECT_EQ(nameless.body["error"], "name is required");
  EXPECT_TRUE(refused(post("/playout/playlists", {{"name", "x"}}), 400, "field.required"));
}

TEST_F(Playlists, AreRenamedLoopedAndDeleted) {
  const auto changed = patch("/playout/playlists/" + playlist, {{"name", "Evening"}, {"loop", true}});
  ASSERT_TRUE(answered(changed, 200));
  EXPECT_EQ(changed.body["name"], "Evening");
  EXPECT_EQ(changed.body["loop"], true);
  EXPECT_TRUE(answered(remove("/playout/playlists/" + playlist), 200));
  EXPECT_TRUE(answered(get(items()), 404));
}

TEST_F(Playlists, ItemsAreAppendedInOrderAndStagedAtOnce) {
  const auto asset = ready_asset();
  const auto first = append(asset);
  const auto second = append(asset, {{"in_point", 0}, {"out_point", 1.5}});
  wyvern.await_staged(playlist);
  const auto list = get(items());
  ASSERT_TRUE(answered(list, 200));
  ASSERT_EQ(list.body.size(), 2U);
  EXPECT_EQ(list.body[0]["id"], first);
  EXPECT_EQ(list.body[1]["id"], second);
  EXPECT_EQ(list.body[0]["clip_name"], "clip.mp4");
  EXPECT_NEAR(list.body[0]["asset_duration_ms"].get<double>(), 2000, 1);
  EXPECT_EQ(list.body[0]["media_status"], "ready");
  EXPECT_TRUE(list.body[0]["media_path"].is_string());
  EXPECT_EQ(list.body[0]["transition"], "cut");
}

TEST_F(Playlists, Mended_Case39_AnInPointOfZeroStaysZero) {
  const auto asset = ready_asset();
  const auto id = append(asset, {{"in_point", 0}});
  const auto list = get(items()).body;
  ASSERT_TRUE(list[0]["in_point"].is_number());
  EXPECT_EQ(list[0]["in_point"], 0.0);
  EXPECT_TRUE(list[0]["out_point"].is_null());
  const auto changed = patch("/playout/items/" + id, {{"in_point", nullptr}});
  ASSERT_TRUE(answered(changed, 200));
  EXPECT_TRUE(changed.body["in_point"].is_null());
}

TEST_F(Playlists, ItemsNeedAKnownAsset) {
  EXPECT_TRUE(refused(post(items(), Json::object()), 400, "field.required"));
  EXPECT_TRUE(refused(post(items(), {{"asset_id", unknown_id}}), 404, "library.asset_not_found"));
}

TEST_F(Playlists, PointsLieInOrderAndWithinTheClip) {
  const auto asset = ready_asset();
  const Json wrong[] = {{{"in_point", 1}, {"out_point", 1}},
                        {{"in_point", 1.5}, {"out_point", 1}},
                        {{"in_point", 2.5}},
                        {{"out_point", 9}},
                        {{"in_point", -1}},
                        {{"transition", "explode"}},
                        {{"transition_ms", -5}}};
  for (Json fields : wrong) {
    fields["asset_id"] = asset;
    EXPECT_TRUE(answered(post(items(), fields), 400)) << fields;
  }
  EXPECT_EQ(get(items()).body.size(), 0U);
}

TEST_F(Playlists, Mended_AreReorderedByExactlyTheirItemsOrNotAtAll) {
  const auto asset = ready_asset();
  const auto a = append(asset);
  const auto b = append(asset);
  const auto c = append(asset);
  const auto reorder = "/playout/playlists/" + playlist + "/reorder";
  const auto done = put(reorder, {{"order", {c, a, b}}});
  ASSERT_TRUE(answered(done, 200));
  EXPECT_EQ(done.body, (Json{{"reordered", 3}}));
  const auto now = [&] {
    Json order = Json::array();
    for (const auto& item : get(items()).body) order.push_back(item["id"]);
    return order;
  };
  EXPECT_EQ(now(), Json({c, a, b}));
  for (const Json& order : {Json{a, b}, Json{a, b, b}, Json{a, b, unknown_id}, Json{a, b, c, unknown_id}}) {
    EXPECT_TRUE(refused(put(reorder, {{"order", order}}), 409, "playout.order_mismatch")) << order;
  }
  EXPECT_TRUE(answered(put(reorder, {{"order", "abc"}}), 400));
  EXPECT_TRUE(answered(put(reorder, Json::object()), 400));
  EXPECT_EQ(now(), Json({c, a, b}));
}

TEST_F(Playlists, ItemsAreChangedWithinTheirClip) {
  const auto path = "/playout/items/" + append(ready_asset());
  const auto changed =
      patch(path, {{"in_point", 0.5}, {"out_point", 1.5}, {"transition", "mix"}, {"transition_ms", 400}});
  ASSERT_TRUE(answered(changed, 200));
  EXPECT_EQ(changed.body["in_point"], 0.5);
  EXPECT_EQ(changed.body["out_point"], 1.5);
  EXPECT_EQ(changed.body["transition"], "mix");
  EXPECT_EQ(changed.body["transition_ms"], 400);
  for (const Json& wrong : {Json{{"in_point", 1.5}}, Json{{"out_point", 9}}, Json{{"in_point", -1}},
                            Json{{"transition", "explode"}}, Json{{"asset_id", unknown_id}}}) {
    EXPECT_TRUE(answered(patch(path, wrong), 400)) << wrong;
  }
  auto now = get(path).body;
  EXPECT_EQ(now["in_point"], 0.5);
  EXPECT_EQ(now["transition"], "mix");
}

TEST_F(Playlists, ItemsAreDeletedAndStagedAgain) {
  const auto id = append(ready_asset());
  const auto staged = post("/playout/items/" + id + "/stage");
  ASSERT_TRUE(answered(staged, 200));
  EXPECT_EQ(staged.body, (Json{{"queued", true}}));
  const auto deleted = remove("/playout/items/" + id);
  ASSERT_TRUE(answered(deleted, 200));
  EXPECT_EQ(deleted.body, (Json{{"deleted", true}}));
  EXPECT_TRUE(refused(remove("/playout/items/" + id), 404, "playout.item_not_found"));
  EXPECT_TRUE(answered(post("/playout/items/seven/stage"), 400));
}

}  // namespace
}  // namespace wyvern::test
