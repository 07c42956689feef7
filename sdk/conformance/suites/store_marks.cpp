// Stores that have more than they must: statements that go along with the next, and marks to go back to.
#include <optional>

#include "suites/store.hpp"

namespace wyvern::conformance {
namespace {

// A transaction whose place is marked behind a row, 1; nothing when the store has no marks.
class StoreMarks : public Store {
 protected:
  void SetUp() override {
    Store::SetUp();
    if (table_ == nullptr || IsSkipped()) return;
    if (!WYV_HAS(table_, wyv_store_v1, queue) || !WYV_HAS(table_, wyv_store_v1, mark) ||
        !WYV_HAS(table_, wyv_store_v1, undo_to_mark)) {
      GTEST_SKIP() << "it has no marks, which it need not";
    }
    session_.emplace(begun_with_a_row());
    const auto marked = session_->mark();
    if (marked.status == WYV_UNSUPPORTED) GTEST_SKIP() << "it has no marks, which it need not";
    ASSERT_TRUE(is_ok(marked));
  }
  OpenSession& session() { return *session_; }
  std::string insert(int id) const { return "INSERT INTO " + things + " VALUES (" + std::to_string(id) + ")"; }
  // By trying to add it: a store that cannot read its own changes fails another check.
  bool is_there(int id) { return !session().execute(insert(id)).outcome.ok(); }

 private:
  std::optional<OpenSession> session_;
};

TEST_F(StoreMarks, RunWhatIsQueuedBeforeTheNextCall) {
  ASSERT_TRUE(is_ok(session().queue(insert(2))));
  EXPECT_TRUE(is_there(2));
}

TEST_F(StoreMarks, TellOfAQueuedStatementThatFailed) {
  if (!session().queue(insert(1)).ok()) return;
  EXPECT_FALSE(session().execute(insert(2)).outcome.ok()) << "the next call tells";
}

TEST_F(StoreMarks, UndoWhatCameAfterThem) {
  ASSERT_TRUE(is_ok(session().execute(insert(2)).outcome));
  ASSERT_TRUE(is_ok(session().queue(insert(4))));
  ASSERT_TRUE(is_ok(session().undo_to_mark()));
  EXPECT_FALSE(is_there(2));
  EXPECT_FALSE(is_there(4));
}

TEST_F(StoreMarks, KeepWhatCameBeforeThem) {
  ASSERT_TRUE(is_ok(session().undo_to_mark()));
  EXPECT_TRUE(is_there(1));
}

TEST_F(StoreMarks, UndoAFailure) {
  ASSERT_FALSE(session().execute(insert(1)).outcome.ok());
  ASSERT_TRUE(is_ok(session().undo_to_mark()));
  EXPECT_TRUE(is_ok(session().execute(insert(2)).outcome)) << "the transaction goes on";
}

TEST_F(StoreMarks, MoveOn) {
  ASSERT_TRUE(is_ok(session().execute(insert(2)).outcome));
  ASSERT_TRUE(is_ok(session().mark()));
  ASSERT_TRUE(is_ok(session().undo_to_mark()));
  EXPECT_TRUE(is_there(2)) << "the last mark counts";
}

TEST_F(StoreMarks, BelongToATransaction) {
  ASSERT_TRUE(is_ok(session().rollback()));
  EXPECT_TRUE(is(WYV_WRONG_STATE, session().mark()));
  EXPECT_TRUE(is(WYV_WRONG_STATE, session().undo_to_mark()));
}

}  // namespace
}  // namespace wyvern::conformance
