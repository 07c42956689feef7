// What is occupied alone.
#include "playout/claims.hpp"

#include <gmock/gmock.h>

#include "operations/operation.hpp"
#include "playout_room.hpp"

namespace wyvern::test {
namespace {

using operations::Refusal;
using playout::Holder;
using testing::ElementsAre;
using testing::HasSubstr;

class Claims : public testing::Test {
 protected:
  void take(const std::vector<std::string>& resources, const Holder& holder, const std::string& node = "n") {
    database.store.write([&](store::Session& session) { playout::take_claims(session, node, resources, holder); });
  }
  int port(const Holder& holder, int first, int last, int after = 0) {
    return database.store.write([&](store::Session& session) {
      return playout::claim_worker_port(session, "n", {first, last}, after, holder);
    });
  }
  std::vector<std::string> held() {
    std::vector<std::string> all;
    for (const auto& row : database.rows("SELECT resource FROM claims ORDER BY resource"))
      all.push_back(row["resource"]);
    return all;
  }

  EventStore database;
  const Holder one{"channel", "one"};
  const Holder other{"channel", "other"};
};

TEST_F(Claims, OfSeveralAreTakenAllOrNone) {
  take({"decklink:2"}, one);
  try {
    take({"decklink:1", "decklink:2", "decklink:3"}, other);
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.status, 409);
    EXPECT_THAT(refusal.what(), HasSubstr("decklink:2"));
    EXPECT_THAT(refusal.what(), HasSubstr("one"));
  }
  EXPECT_THAT(held(), ElementsAre("decklink:2"));
}

TEST_F(Claims, TakenAgainByTheirHolderAreNoFault) {
  take({"a"}, one);
  take({"a", "b"}, one);
  EXPECT_THAT(held(), ElementsAre("a", "b"));
}

TEST_F(Claims, OfAnotherNodeAreOtherThings) {
  take({"a"}, one, "node-1");
  take({"a"}, other, "node-2");
  EXPECT_THAT(held(), ElementsAre("a", "a"));
}

TEST_F(Claims, AreReleasedByHolder) {
  take({"a"}, one);
  take({"b"}, other);
  database.store.write([&](store::Session& session) { playout::release_claims(session, one); });
  EXPECT_THAT(held(), ElementsAre("b"));
}

TEST_F(Claims, TheHolderIsNamedAsPeopleKnowIt) {
  PlayoutRoom room;
  room.open();
  const auto id = room.create();
  room.database.store.write([&](store::Session& session) {
    playout::take_claims(session, "n", {"a"}, {"channel", id});
    EXPECT_THAT([&] { playout::take_claims(session, "n", {"a"}, other); },
                testing::ThrowsMessage<Refusal>(HasSubstr("channel 'News'")));
  });
}

class WorkerPorts : public Claims {
 protected:
  WorkerPorts() : first(probe.settings.first_worker_port) {}
  PlayoutRoom probe;  // for the ports that are this process's own
  const int first;
};

TEST_F(WorkerPorts, AreNeverSharedAndEndSomewhere38) {
  const int a = port(one, first, first + 1);
  const int b = port(other, first, first + 1);
  EXPECT_NE(a, b);
  EXPECT_THROW(port({"channel", "third"}, first, first + 1), Refusal);
}

TEST_F(WorkerPorts, ALaterOneOfTheSameHolderReplacesTheEarlier) {
  const int a = port(one, first, first + 5);
  EXPECT_EQ(port(one, first, first + 5), a);
  EXPECT_THAT(held(), ElementsAre("worker-tcp:" + std::to_string(a)));
}

TEST_F(WorkerPorts, OneThatWasFoundInUseIsNotTakenAgain) {
  const int a = port(one, first, first + 5);
  EXPECT_GT(port(one, first, first + 5, a), a);
  EXPECT_THROW(port(one, first, first + 5, first + 5), Refusal);
}

TEST_F(WorkerPorts, OneThatAnotherProgramListensOnIsPassedOver) {
  FakeSpool spool;
  const int a = port(one, first, first + 5);
  database.store.write([&](store::Session& session) { playout::release_claims(session, one); });
  const FakeWorker stranger(a, "token", spool);
  EXPECT_NE(port(one, first, first + 5), a);
}

}  // namespace
}  // namespace wyvern::test
