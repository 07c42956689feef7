// Two people at one thing: nobody overwrites what they have not seen.
#include <future>

#include "contract.hpp"

namespace wyvern::test {
namespace {

class Versions : public Contract {
 protected:
  Answer with(const std::string& header, const std::string& method, const std::string& path,
              const Json& body = nullptr) const {
    return wyvern.call_with(wyvern.token(), method, path, body.is_null() ? std::string() : body.dump(), {header});
  }
  std::string etag(const std::string& path) const { return get(path).headers["etag"]; }
};

TEST_F(Versions, WhatIsReadHasATagAndNeedNotBeReadTwice) {
  const auto channel = "/playout/channels/" + wyvern.channel();
  const auto answer = get(channel);
  ASSERT_FALSE(answer.headers.at("etag").empty());
  EXPECT_FALSE(answer.body.contains("etag"));
  EXPECT_TRUE(answered(with("If-None-Match: " + etag(channel), "GET", channel), 304));
  const auto list = etag("/playout/channels");
  EXPECT_TRUE(answered(with("If-None-Match: " + list, "GET", "/playout/channels"), 304));
  const auto changed = patch(channel, {{"name", "Other"}});
  EXPECT_EQ(changed.headers.at("etag"), etag(channel));
  EXPECT_TRUE(answered(with("If-None-Match: " + list, "GET", "/playout/channels"), 200));
}

TEST_F(Versions, AnEditOfAnOldVersionIs412AndShowsBoth) {
  const auto channel = "/playout/channels/" + wyvern.channel({{"name", "First"}});
  const auto old = etag(channel);
  ASSERT_TRUE(answered(with("If-Match: " + old, "PATCH", channel, {{"name", "Theirs"}}), 200));
  const auto late = with("If-Match: " + old, "PATCH", channel, {{"name", "Mine"}});
  EXPECT_TRUE(refused(late, 412, "precondition.failed"));
  EXPECT_EQ(late.body["detail"]["yours"], Json({{"name", "Mine"}}));
  const auto now = get(channel);
  EXPECT_EQ(late.body["detail"]["current"]["etag"], now.headers.at("etag"));
  EXPECT_EQ(late.body["detail"]["current"]["name"], "Theirs");
  EXPECT_EQ(now.body["name"], "Theirs");
  EXPECT_TRUE(refused(with("If-Match: " + old, "DELETE", channel), 412, "precondition.failed"));
  EXPECT_TRUE(answered(with("If-Match: " + etag(channel), "DELETE", channel), 200));
}

TEST_F(Versions, ASecretThatWasSentIsNotShownAgain) {
  const auto channel = "/playout/channels/" + wyvern.channel();
  const auto old = etag(channel);
  ASSERT_TRUE(answered(with("If-Match: " + old, "PATCH", channel, {{"name", "Theirs"}}), 200));
  const auto late = with("If-Match: " + old, "PATCH", channel,
                         {{"output_config", {{"mode", "listener"}, {"passphrase", "not-to-be-seen"}}}});
  EXPECT_TRUE(refused(late, 412, "precondition.failed"));
  EXPECT_EQ(late.text.find("not-to-be-seen"), std::string::npos) << late.text;
}

TEST_F(Versions, WhatHappensToAChannelSpoilsNoEdit) {
  const auto channel = "/playout/channels/" + wyvern.channel();
  const auto old = etag(channel);
  ASSERT_TRUE(answered(post(channel + "/start"), 200));
  ASSERT_TRUE(answered(post(channel + "/stop"), 200));
  EXPECT_NE(etag(channel), old);
  EXPECT_TRUE(answered(with("If-Match: " + old, "PATCH", channel, {{"name", "Still mine"}}), 200));
}

TEST_F(Versions, PlaylistsAndItemsHaveVersionsOfTheirOwn) {
  wyvern.make_clip("clip.mp4", 2);
  const auto asset = wyvern.asset("clip.mp4");
  const auto list = "/playout/playlists/" + wyvern.playlist(wyvern.channel(), {asset, asset});
  const Json items = get(list + "/items").body;
  const auto item = "/playout/items/" + items[0]["id"].get<std::string>();
  const auto list_tag = etag(list);
  const auto item_tag = etag(item);

  EXPECT_TRUE(answered(with("If-Match: " + item_tag, "PATCH", item, {{"out_point", 1.5}}), 200));
  EXPECT_TRUE(refused(with("If-Match: " + item_tag, "PATCH", item, {{"out_point", 1.0}}), 412, "precondition.failed"));
  EXPECT_TRUE(refused(with("If-Match: " + item_tag, "DELETE", item), 412, "precondition.failed"));
  EXPECT_EQ(get(item).body["out_point"], 1.5);

  const Json turned = {{"order", {items[1]["id"], items[0]["id"]}}};
  EXPECT_TRUE(answered(with("If-Match: " + list_tag, "PUT", list + "/reorder", turned), 200));
  EXPECT_TRUE(refused(with("If-Match: " + list_tag, "PUT", list + "/reorder", turned), 412, "precondition.failed"));
  EXPECT_TRUE(refused(with("If-Match: " + list_tag, "PATCH", list, {{"name", "New"}}), 412, "precondition.failed"));
  EXPECT_TRUE(refused(with("If-Match: " + list_tag, "DELETE", list), 412, "precondition.failed"));
  EXPECT_TRUE(answered(with("If-Match: \"0-0\", " + etag(list), "DELETE", list), 200));
}

TEST_F(Versions, OfManyEditsAtOnceOneHolds) {
  const auto channel = "/playout/channels/" + wyvern.channel();
  const auto old = etag(channel);
  std::vector<std::future<long>> edits;
  for (int i = 0; i < 12; ++i) {
    edits.push_back(std::async(std::launch::async, [&, i] {
      return with("If-Match: " + old, "PATCH", channel, {{"name", "Editor " + std::to_string(i)}}).status;
    }));
  }
  std::map<long, int> counted;
  for (auto& edit : edits) ++counted[edit.get()];
  EXPECT_EQ(counted, (std::map<long, int>{{200, 1}, {412, 11}}));
}

}  // namespace
}  // namespace wyvern::test
