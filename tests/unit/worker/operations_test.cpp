#include "worker/operations.hpp"

#include "operations/table.hpp"
#include "scene.hpp"
#include "worker/token_access.hpp"

namespace wyvern::worker::testing {
namespace {

class TheOperations : public ::testing::Test {
 protected:
  TheOperations()
      : worker_(settings(folder_.path()), FakeEngine::table(), engine_.instance()),
        access_("secret"),
        table_(access_, 2) {
    worker_.start().or_throw();
    add_operations(table_, worker_);
  }

  std::pair<int, Json> call(const std::string& name, const Json& body = Json::object(),
                            std::vector<std::pair<std::string, std::string>> query = {},
                            const std::string& token = "secret") {
    operations::Request request;
    request.operation = name;
    if (!body.empty()) request.body = body.dump();
    request.fields = std::move(query);
    request.credentials.credential = token;
    const auto answer = std::make_shared<HeldAnswer>();
    table_.call(std::move(request), answer, std::make_shared<std::atomic<bool>>(false));
    EXPECT_TRUE(answer->wait());
    return {answer->status(), answer->json()};
  }

  Folder folder_;
  FakeEngine engine_;
  Worker worker_;
  TokenAccess access_;
  operations::Table table_;
};

TEST_F(TheOperations, AskForTheTokenButForHealth) {
  EXPECT_EQ(call("worker.status", Json::object(), {}, "").first, 401);
  EXPECT_EQ(call("worker.status", Json::object(), {}, "wrong").first, 401);
  EXPECT_EQ(call("worker.status").first, 200);
  EXPECT_EQ(call("worker.healthz", Json::object(), {}, "").first, 200);
}

TEST_F(TheOperations, LoadAndCommandTheEngine) {
  const auto [status, answer] = call("worker.playlist.load", playlist({"a", "b"}));
  EXPECT_EQ(status, 200) << answer;
  EXPECT_EQ(answer["load_id"], "l1");
  EXPECT_EQ(answer["items"], 2);
  for (const char* name : {"worker.transport.pause", "worker.transport.resume", "worker.transport.skip",
                           "worker.transport.stop", "worker.channel.stop", "worker.channel.start"}) {
    EXPECT_EQ(call(name).first, 200) << name;
  }
  EXPECT_EQ(call("worker.playlist.update", playlist({"b"})).first, 200);
  EXPECT_EQ(engine_.loaded()["items"].size(), 1U);
}

TEST_F(TheOperations, NameTheFieldThatIsWrong) {
  Json list = playlist({"a"});
  list["items"][0].erase("media_path");
  auto [status, answer] = call("worker.playlist.load", list);
  EXPECT_EQ(status, 400);
  EXPECT_NE(answer.dump().find("media_path"), std::string::npos) << answer;
  EXPECT_EQ(call("worker.playlist.load", playlist({"a", "a"})).second["code"], "playlist.item_twice");
  list = playlist({"a"});
  list["start"] = {{"index", 1}};
  EXPECT_EQ(call("worker.playlist.load", list).second["code"], "playlist.start");
  EXPECT_EQ(call("worker.events", Json::object(), {{"after", "-1"}}).first, 400);
  EXPECT_TRUE(engine_.loaded().is_null());
}

TEST_F(TheOperations, AnswerConflictWhenTheEngineIsInTheWrongState) {
  engine_.fail("skip", {WYV_WRONG_STATE, "engine.nothing_plays", "nothing plays", "", false});
  const auto [status, answer] = call("worker.transport.skip");
  EXPECT_EQ(status, 409);
  EXPECT_EQ(answer["code"], "engine.nothing_plays");
  EXPECT_EQ(call("worker.channel.start").first, 409);
}

TEST_F(TheOperations, RefuseACommandOfALowerEpoch) {
  EXPECT_EQ(call("worker.lease", {{"epoch", 3}, {"ttl_ms", 1000}}).first, 200);
  EXPECT_EQ(call("worker.transport.pause", {{"epoch", 2}}).second["code"], "worker.epoch");
  EXPECT_EQ(call("worker.transport.pause", {{"epoch", 3}}).first, 200);
  EXPECT_EQ(worker_.status()["epoch"], 3);
}

TEST_F(TheOperations, GiveOutEventsFlatWithTheirNumbers) {
  engine_.emit({{"type", "x"}, {"detail", 7}});
  const auto [status, answer] = call("worker.events", Json::object(), {{"after", "0"}, {"wait_ms", "20000"}});
  ASSERT_EQ(status, 200);
  ASSERT_EQ(answer["events"].size(), 1U);
  const Json& event = answer["events"][0];
  EXPECT_EQ(event["type"], "x");
  EXPECT_EQ(event["detail"], 7);
  EXPECT_EQ(event["run"], 1);
  EXPECT_EQ(event["epoch"], 1);
  EXPECT_EQ(event["number"], answer["last"]);
}

TEST(ATokenThatIsEmpty, LetsNobodyIn) { EXPECT_THROW(TokenAccess(""), std::invalid_argument); }

}  // namespace
}  // namespace wyvern::worker::testing
