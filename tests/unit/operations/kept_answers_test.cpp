// The same Idempotency-Key gets the first answer again, and what it did is done once, whatever happens in between.
#include "operations/kept_answers.hpp"

#include <gtest/gtest.h>

#include <future>

#include "event_store.hpp"
#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Call;
using operations::KeptAnswers;
using operations::Operation;
using operations::Refusal;
using operations::Reply;
using store::Session;

class Repeated : public testing::Test {
 protected:
  Repeated() {
    database.run("CREATE TABLE deeds (name TEXT NOT NULL)");
    open();
    // Says its answer within the change.
    add("make", [this](Call& call) -> Reply {
      return database.store.write([&](Session& session) {
        session.run("INSERT INTO deeds (name) VALUES ($1)", {call.text("name")});
        return operations::keep_answer(session, Reply(201, {{"number", ++made}}));
      });
    });
    // Answers after it.
    add("make_then_answer", [this](Call& call) -> Reply {
      database.store.write(
          [&](Session& session) { session.run("INSERT INTO deeds (name) VALUES ($1)", {call.text("name")}); });
      if (const auto then = std::exchange(after_deed, {})) then();
      return Reply(201, {{"number", ++made}});
    });
    add("refuse", [this](Call&) -> Reply { throw Refusal(409, "thing.busy", "busy", {{"time", ++made}}); });
    add("nothing", [this](Call&) -> Reply { return Json{{"number", ++made}}; });
  }

  // As the start of a controller.
  void open(KeptAnswers::Limits limits = {}) {
    kept = std::make_unique<KeptAnswers>(database.store, limits);
    table.set_kept_answers(kept.get());
  }
  void add(const std::string& name, std::function<Reply(Call&)> handle, bool secret = false) {
    Operation operation;
    operation.name = name;
    operation.method = "POST";
    operation.path = "/" + name;
    operation.request = {{"properties", {{"name", {{"type", "string"}}}}}};
    operation.permission = operations::Permission::signed_in;
    operation.secret_answer = secret;
    operation.handle = std::move(handle);
    table.add(std::move(operation));
  }
  std::shared_ptr<RecordedAnswer> keyed(const std::string& key, const std::string& operation,
                                        const std::string& name = "a", const std::string& person = "admin") {
    auto made_request = request(operation, {}, {{"name", name}}, person);
    made_request.headers = {{"idempotency-key", key}};
    return call(table, std::move(made_request));
  }
  std::size_t deeds() { return database.rows("SELECT name FROM deeds").size(); }
  std::size_t rows() { return database.rows("SELECT key FROM kept_answers").size(); }

  EventStore database;
  NamedAccess access;
  std::unique_ptr<KeptAnswers> kept;
  operations::Table table{access, 0};
  int made = 0;
  std::function<void()> after_deed;
};

TEST_F(Repeated, TheSameCallGetsTheSameAnswerAndDoesNothing) {
  for (const auto* operation : {"make", "make_then_answer"}) {
    const auto before = deeds();
    const auto first = keyed(operation, operation);
    ASSERT_EQ(first->status(), 201) << first->text();
    open();  // also after a restart
    const auto again = keyed(operation, operation);
    EXPECT_EQ(again->status(), 201);
    EXPECT_EQ(again->text(), first->text());
    EXPECT_EQ(again->header("Idempotency-Replayed"), "true");
    EXPECT_EQ(first->header("Idempotency-Replayed"), "");
    EXPECT_EQ(deeds(), before + 1) << operation;
  }
}

TEST_F(Repeated, AnotherKeyIsAnotherCallAndNoKeyIsNone) {
  keyed("one", "make");
  keyed("two", "make");
  call(table, request("make", {}, {{"name", "a"}}));
  EXPECT_EQ(deeds(), 3U);
  EXPECT_EQ(rows(), 2U);
}

TEST_F(Repeated, AKeyBelongsToItsCaller) {
  keyed("one", "make", "a", "ann");
  keyed("one", "make", "a", "bob");
  EXPECT_EQ(deeds(), 2U);
}

TEST_F(Repeated, AKeyWithAnotherRequestIsRefused) {
  keyed("one", "make", "a");
  for (const auto& answer : {keyed("one", "make", "b"), keyed("one", "make_then_answer", "a")}) {
    EXPECT_EQ(answer->status(), 422);
    EXPECT_EQ(answer->code(), "idempotency.mismatch");
  }
  EXPECT_EQ(deeds(), 1U);
}

TEST_F(Repeated, WhileTheFirstIsUnderWayTheSecondIsTold) {
  int status = 0;
  std::string other;
  after_deed = [&] {
    const auto second = std::async(std::launch::async, [&] { return keyed("one", "make_then_answer"); }).get();
    status = second->status();
    EXPECT_EQ(second->code(), "idempotency.in_progress");
    other = std::async(std::launch::async, [&] { return keyed("one", "make_then_answer", "b")->code(); }).get();
  };
  EXPECT_EQ(keyed("one", "make_then_answer")->status(), 201);
  EXPECT_EQ(status, 409);
  EXPECT_EQ(other, "idempotency.mismatch");
  EXPECT_EQ(deeds(), 1U);
}

// What another controller, or this one before it crashed, has begun.
TEST_F(Repeated, WhatTookEffectAndWasNotAnsweredIsNotDoneAgain) {
  after_deed = [&] {
    ASSERT_EQ(database.rows("SELECT key FROM kept_answers WHERE status IS NULL").size(), 1U);
    // On another thread: what this one commits belongs to the call.
    std::async(std::launch::async, [&] { database.run("UPDATE kept_answers SET call_id = 'another'"); }).get();
  };
  keyed("one", "make_then_answer");
  open();
  const auto again = keyed("one", "make_then_answer");
  EXPECT_EQ(again->status(), 409);
  EXPECT_EQ(again->code(), "idempotency.answer_lost");
  EXPECT_EQ(deeds(), 1U);
}

TEST_F(Repeated, OfTwoControllersOneDoesIt) {
  KeptAnswers second(database.store);
  operations::Table other(access, 0);
  other.set_kept_answers(&second);
  Operation operation;
  operation.name = "make_then_answer";
  operation.method = "POST";
  operation.path = "/make";
  operation.request = {{"properties", {{"name", {{"type", "string"}}}}}};
  operation.handle = [this](Call&) -> Reply {
    // The first has looked, found nothing, and begins; this one is first to commit.
    EXPECT_EQ(std::async(std::launch::async, [this] { return keyed("one", "make_then_answer"); }).get()->status(), 201);
    database.store.write([](Session& session) { session.run("INSERT INTO deeds (name) VALUES ('late')"); });
    return Json::object();
  };
  other.add(std::move(operation));
  auto late = request("make_then_answer", {}, {{"name", "a"}});
  late.headers = {{"idempotency-key", "one"}};
  const auto answer = std::async(std::launch::async, [&] { return call(other, std::move(late)); }).get();
  EXPECT_EQ(answer->status(), 409);
  EXPECT_EQ(answer->code(), "idempotency.in_progress");
  EXPECT_EQ(answer->header("Retry-After"), "1");
  EXPECT_EQ(deeds(), 1U);
}

TEST_F(Repeated, AnAnswerThatRefusesIsKeptToo) {
  const auto first = keyed("one", "refuse");
  const auto again = keyed("one", "refuse");
  EXPECT_EQ(again->status(), 409);
  EXPECT_EQ(again->code(), "thing.busy");
  EXPECT_EQ(again->text(), first->text());
  EXPECT_EQ(made, 1);
}

TEST_F(Repeated, ACallThatChangesNothingIsKeptToo) {
  keyed("one", "nothing");
  EXPECT_EQ(keyed("one", "nothing")->json()["number"], 1);
}

TEST_F(Repeated, WhatFailedMayBeTriedAgain) {
  after_deed = [] { throw std::runtime_error("the disk is full"); };
  EXPECT_EQ(keyed("one", "make_then_answer")->status(), 500);
  EXPECT_EQ(rows(), 0U);
  EXPECT_EQ(keyed("one", "make_then_answer")->status(), 201);
  after_deed = [] { throw Refusal(503, "thing.gone", "not now"); };
  EXPECT_EQ(keyed("two", "make_then_answer")->status(), 503);
  EXPECT_EQ(keyed("two", "make_then_answer")->status(), 201);
}

TEST_F(Repeated, WhatWasRefusedBeforeItBeganTakesNoKey) {
  EXPECT_EQ(keyed("one", "make", "a", "bad")->status(), 401);
  auto wrong = request("make", {}, {{"nome", "a"}});
  wrong.headers = {{"idempotency-key", "one"}};
  EXPECT_EQ(call(table, std::move(wrong))->status(), 400);
  EXPECT_EQ(keyed("one", "make")->status(), 201);
}

TEST_F(Repeated, AKeyThatIsNoneIs400) {
  for (const std::string& key :
       {std::string(), std::string("with space"), std::string(256, 'x'), std::string("\x01")}) {
    EXPECT_EQ(keyed(key, "make")->code(), "idempotency.key") << key;
  }
  EXPECT_EQ(keyed(std::string(255, 'x'), "make")->status(), 201);
}

TEST_F(Repeated, AKeyIsForgottenAfterADay) {
  keyed("one", "make");
  database.run("UPDATE kept_answers SET created_at = $1",
               {store::Timestamp{store::Timestamp::now().us - std::int64_t{24} * 3600 * 1'000'000 - 1}});
  EXPECT_EQ(keyed("one", "make", "b")->status(), 201);
  EXPECT_EQ(deeds(), 2U);
}

TEST_F(Repeated, ACallerHasSoManyKeysAndTheOldestGoFirst) {
  open({.keys_per_caller = 10});
  for (int i = 0; i < 65; ++i) keyed("key-" + std::to_string(i), "nothing");
  keyed("another", "nothing", "a", "ann");
  EXPECT_LE(rows(), 11U);
  EXPECT_EQ(keyed("key-64", "nothing")->header("Idempotency-Replayed"), "true");
  EXPECT_EQ(keyed("key-0", "nothing")->header("Idempotency-Replayed"), "");
}

TEST_F(Repeated, ASecretIsShownOnceAndKeptNowhere) {
  add(
      "token",
      [](Call&) -> Reply {
        return Json{{"token", "very-secret"}};
      },
      true);
  EXPECT_EQ(keyed("one", "token")->json()["token"], "very-secret");
  EXPECT_EQ(keyed("one", "token")->code(), "idempotency.answer_lost");
  EXPECT_EQ(Json(database.rows("SELECT * FROM kept_answers")).dump().find("very-secret"), std::string::npos);
}

TEST_F(Repeated, AnAnswerThatIsTooLargeToKeepIsNotGivenAgainAndNothingIsDoneAgain) {
  open({.answer_bytes = 8});
  EXPECT_EQ(keyed("one", "make")->status(), 201);
  EXPECT_EQ(keyed("one", "make")->code(), "idempotency.answer_lost");
  EXPECT_EQ(deeds(), 1U);
}

}  // namespace
}  // namespace wyvern::test
