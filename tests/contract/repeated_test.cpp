// A client that does not know whether its call arrived sends it again.
#include <future>

#include "contract.hpp"
#include "people.hpp"

namespace wyvern::test {
namespace {

class Repeated : public Contract {
 protected:
  Answer keyed(const std::string& key, const std::string& method, const std::string& path,
               const Json& body = nullptr) const {
    return wyvern.call_with(wyvern.token(), method, path, body.is_null() ? std::string() : body.dump(),
                            {"Idempotency-Key: " + key});
  }
};

TEST_F(Repeated, AChannelIsMadeOnceAndTheAnswerIsTheSameAfterACrash) {
  const auto first = keyed("k1", "POST", "/playout/channels", {{"name", "Once"}});
  ASSERT_TRUE(answered(first, 201));
  wyvern.kill();
  wyvern.start();
  const auto again = keyed("k1", "POST", "/playout/channels", {{"name", "Once"}});
  EXPECT_TRUE(answered(again, 201));
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.headers.at("etag"), first.headers.at("etag"));
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(get("/playout/channels").body.size(), 1U);
  EXPECT_TRUE(refused(keyed("k1", "POST", "/playout/channels", {{"name", "Twice"}}), 422, "idempotency.mismatch"));
}

TEST_F(Repeated, ADeletionIsAnsweredAgainThoughTheThingIsGone) {
  const auto channel = "/playout/channels/" + wyvern.channel();
  ASSERT_TRUE(answered(keyed("gone", "DELETE", channel), 200));
  EXPECT_TRUE(answered(keyed("gone", "DELETE", channel), 200));
  EXPECT_TRUE(answered(keyed("other", "DELETE", channel), 404));
}

TEST_F(Repeated, OfManyAtOnceOneMakesItAndTheOthersGetItsAnswerOrAreToldToAskAgain) {
  std::vector<std::future<Answer>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(std::async(std::launch::async, [this] {
      return keyed("many", "POST", "/playout/channels", {{"name", "One"}});
    }));
  }
  for (auto& call : calls) {
    const auto answer = call.get();
    EXPECT_TRUE(answer.status == 201 || refused(answer, 409, "idempotency.in_progress")) << answer.text;
  }
  EXPECT_EQ(get("/playout/channels").body.size(), 1U);
}

TEST_F(Repeated, Case29_AnItemThatIsPostedTwiceIsAppendedOnce) {
  wyvern.make_clip("clip.mp4");
  const auto items = "/playout/playlists/" + wyvern.playlist(wyvern.channel(), {}) + "/items";
  const Json item = {{"asset_id", wyvern.asset("clip.mp4")}};
  const auto first = keyed("item", "POST", items, item);
  ASSERT_TRUE(answered(first, 201));
  EXPECT_EQ(keyed("item", "POST", items, item).body["id"], first.body["id"]);
  EXPECT_EQ(get(items).body.size(), 1U);
  EXPECT_TRUE(answered(keyed("another", "POST", items, item), 201));
  EXPECT_EQ(get(items).body.size(), 2U) << "the same clip twice is nobody's mistake";
}

using RepeatedByPeople = PeopleContract;

TEST_F(RepeatedByPeople, AnAnswerIsKeptForWhoMayStillMakeTheCall) {
  const auto news = project("News");
  const auto sports = project("Sports");
  const auto ann = person("ann");
  allow(news, ann, "edit");
  allow(sports, ann, "edit");
  const auto make = [&](const std::string& token) {
    const Json channel = {{"name", "Once"}, {"project_id", news}};
    return wyvern.call_with(token, "POST", "/playout/channels", channel.dump(), {"Idempotency-Key: k"});
  };
  const auto session = sign_in("ann");
  const auto first = make(session);
  ASSERT_EQ(first.status, 201) << first.text;
  EXPECT_EQ(make(sign_in("ann")).text, first.text) << "another session of the same person";
  EXPECT_TRUE(refused(make(token(ann, {{"project_id", sports}})), 403, "access.denied"))
      << "a token of another project";
  ASSERT_EQ(wyvern.call("DELETE", "/projects/" + news + "/access?person_id=" + ann).status, 200);
  EXPECT_TRUE(refused(make(session), 403, "access.denied")) << "who may no more";
}

}  // namespace
}  // namespace wyvern::test
