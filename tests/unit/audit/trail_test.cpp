// What of a call is kept, and in which transaction.
#include "audit/trail.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "audit/verification.hpp"
#include "event_store.hpp"
#include "table_caller.hpp"

namespace wyvern::test {
namespace {

using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::Refusal;
using operations::Reply;
using testing::SizeIs;

class Trail : public testing::Test {
 protected:
  using Handle = std::function<Reply(Call&)>;
  void add(const std::string& name, Handle handle, bool blocking = false, const std::string& method = "POST") {
    Operation operation;
    operation.name = name;
    operation.method = method;
    operation.path = "/" + name + "/{id}";
    operation.permission = Permission::signed_in;
    operation.request = {{"properties", {{"id", {{"type", "string"}}}}}};
    operation.handle = std::move(handle);
    operation.blocking = blocking;
    table.add(std::move(operation));
  }
  int run(const std::string& name, const std::string& person = "ann", const std::string& id = "x") {
    return call(table, request(name, {{"id", id}}, nullptr, person))->status();
  }
  // A change of its own, which the events' table shows.
  void change(const std::string& subject = "s") { database.append("thing.changed", subject); }
  std::vector<Json> kept() { return database.rows("SELECT * FROM audit ORDER BY number"); }

  EventStore database;
  NamedAccess access;
  audit::Trail trail{database.store};
  operations::Table table{access, 1, {}, &trail};
};

TEST_F(Trail, KeepsACallInTheTransactionThatItMakes) {
  add("write", [&](Call&) -> Reply {
    EXPECT_THAT(kept(), SizeIs(0));
    change("what was changed");
    EXPECT_THAT(kept(), SizeIs(1)) << "before the answer, and with the change";
    change("more");
    return Json::object();
  });
  EXPECT_EQ(run("write"), 200);
  const auto rows = kept();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0]["person"], "ann");
  EXPECT_EQ(rows[0]["subject"], "what was changed");
  EXPECT_EQ(rows[0]["outcome"], "done");
  EXPECT_EQ(rows[0]["status"], 200);
}

TEST_F(Trail, KeepsACallThatWritesNothing) {
  add("nothing", [](Call&) -> Reply { return Json::object(); });
  EXPECT_EQ(run("nothing"), 200);
  EXPECT_THAT(kept(), SizeIs(1));
}

TEST_F(Trail, KeepsNoDoneOfATransactionThatWasRolledBack) {
  add("fail", [&](Call&) -> Reply {
    database.store.write([&](store::Session& session) {
      database.log.append(session, "thing.changed", "s", std::nullopt, Json::object());
      throw Refusal(409, "thing.busy", "busy");
    });
    return Json::object();
  });
  EXPECT_EQ(run("fail"), 409);
  const auto rows = kept();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0]["outcome"], "refused");
  EXPECT_EQ(rows[0]["code"], "thing.busy");
}

TEST_F(Trail, TellsThatACallFailedAfterItWrote) {
  add("late", [&](Call&) -> Reply {
    change();
    throw std::runtime_error("no");
  });
  EXPECT_EQ(run("late"), 500);
  const auto rows = kept();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[1]["outcome"], "failed");
  EXPECT_EQ(rows[0]["request_id"], rows[1]["request_id"]);
}

TEST_F(Trail, TellsTheEndOfACallThatWaitsWhenItIsKnown) {
  add(
      "wait",
      [&](Call&) -> Reply {
        change();
        EXPECT_EQ(kept().at(0)["outcome"], "begun");
        return Reply(202, Json::object());
      },
      true);
  EXPECT_EQ(run("wait"), 202);
  const auto rows = kept();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[1]["status"], 202);
}

TEST_F(Trail, KeepsWhatWasRefusedBeforeItRan) {
  add("write", [](Call&) -> Reply { return Json::object(); });
  EXPECT_EQ(run("write", ""), 401);
  EXPECT_EQ(run("write", "bad"), 401);
  EXPECT_EQ(call(table, request("write", {{"id", "x"}}, {{"unknown", 1}}, "ann"))->status(), 400);
  const auto rows = kept();
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0]["status"], 401);
  EXPECT_EQ(rows[0]["person"], nullptr);
  EXPECT_EQ(rows[2]["status"], 400);
  EXPECT_EQ(rows[2]["person"], "ann");
}

TEST_F(Trail, KeepsNothingOfReading) {
  add(
      "read", [](Call&) -> Reply { return Json::object(); }, false, "GET");
  EXPECT_EQ(run("read"), 200);
  EXPECT_EQ(run("read", ""), 401);
  EXPECT_THAT(kept(), SizeIs(0));
}

TEST_F(Trail, KeepsOfAPathOnlyWhatIsAnId) {
  add("write", [](Call&) -> Reply { return Json::object(); });
  run("write", "ann", "a secret");
  run("write", "ann", "11111111-1111-4111-8111-111111111111");
  const auto rows = kept();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0]["subject"], nullptr);
  EXPECT_EQ(rows[1]["subject"], "11111111-1111-4111-8111-111111111111");
}

TEST_F(Trail, DoesNotAcknowledgeWhatItCannotKeep) {
  add("write", [&](Call&) -> Reply {
    change();
    return Json::object();
  });
  add("nothing", [](Call&) -> Reply { return Json::object(); });
  database.run("ALTER TABLE audit RENAME TO gone");
  EXPECT_GE(run("write"), 500);
  EXPECT_THAT(database.events("thing.changed"), SizeIs(0)) << "and the change is not made either";
  EXPECT_GE(run("nothing"), 500);
}

TEST_F(Trail, OfManyWritersAtOnceIsOneChain) {
  add("write", [&](Call&) -> Reply {
    change();
    return Json::object();
  });
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&] {
      for (int i = 0; i < 25; ++i) EXPECT_EQ(run("write"), 200);
    });
  }
  writers.clear();
  const auto verified = audit::verify(database.store);
  EXPECT_FALSE(verified.fault) << verified.fault->what;
  EXPECT_EQ(verified.rows, 100);
}

TEST_F(Trail, IsVerifiedByWhatIsThere) {
  add("write", [](Call&) -> Reply { return Json::object(); });
  for (int i = 0; i < 6; ++i) run("write");
  const auto faulty = [&](const char* sql) {
    database.run(sql);
    const auto fault = audit::verify(database.store).fault;
    return fault ? fault->number : 0;
  };
  EXPECT_EQ(faulty("UPDATE audit_head SET hash = 'x'"), 6) << "the end was replaced";
  EXPECT_EQ(faulty("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE number = 6)"), 0);
  EXPECT_EQ(faulty("UPDATE audit SET at = at + 1 WHERE number = 4"), 4);
  EXPECT_EQ(faulty("DELETE FROM audit WHERE number = 4"), 4);
  EXPECT_EQ(faulty("UPDATE audit SET number = 4 WHERE number = 6"), 4);
  EXPECT_EQ(faulty("DELETE FROM audit"), 1);
  EXPECT_EQ(faulty("UPDATE audit_head SET number = 0, hash = ''"), 0);
}

}  // namespace
}  // namespace wyvern::test
