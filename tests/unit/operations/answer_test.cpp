// What becomes of what a handler does: every call has one whole answer.
#include <gmock/gmock.h>

#include <stdexcept>

#include "operations/carrier.hpp"
#include "table_caller.hpp"
#include "wyvern/result.hpp"
#include "wyvern/view.hpp"

namespace wyvern::test {
namespace {

using operations::Answer;
using operations::Call;
using operations::Operation;
using operations::Permission;
using operations::Refusal;
using operations::Reply;
using testing::HasSubstr;

class OneAnswer : public testing::Test {
 protected:
  std::shared_ptr<RecordedAnswer> answer_of(std::function<Reply(Call&)> handle, bool blocking = false) {
    operations::Table table(access, 1);
    Operation operation;
    operation.name = "it";
    operation.method = "POST";
    operation.path = "/it";
    operation.blocking = blocking;
    operation.handle = std::move(handle);
    table.add(std::move(operation));
    return call(table, request("it"));
  }

  NamedAccess access;
};

TEST_F(OneAnswer, ARefusalIsAnsweredWithItsStatusCodeAndDetail) {
  const auto answer = answer_of([](Call&) -> Reply { throw Refusal(409, "thing.busy", "It is busy", {{"by", "x"}}); });
  EXPECT_EQ(answer->status(), 409);
  EXPECT_EQ(answer->code(), "thing.busy");
  EXPECT_EQ(answer->json()["error"], "It is busy");
  EXPECT_EQ(answer->json()["detail"]["by"], "x");
  EXPECT_FALSE(answer->json()["request_id"].get<std::string>().empty());
}

TEST_F(OneAnswer, AFailureOfAPluginIsAnsweredWithAStatusThatFits) {
  const auto status_of = [&](wyv_status status) {
    return answer_of([&](Call&) -> Reply { throw Failure(status, "plugin.fault", "a sentence"); })->status();
  };
  EXPECT_EQ(status_of(WYV_NOT_FOUND), 404);
  EXPECT_EQ(status_of(WYV_CONFLICT), 409);
  EXPECT_EQ(status_of(WYV_INTERNAL), 500);
  EXPECT_EQ(status_of(WYV_EXHAUSTED), 507);
  EXPECT_EQ(status_of(WYV_UNAVAILABLE), 503);
}

TEST_F(OneAnswer, WhateverIsThrownBecomesAnAnswer) {
  EXPECT_EQ(answer_of([](Call&) -> Reply { throw std::logic_error("oh"); })->status(), 500);
  EXPECT_EQ(answer_of([](Call&) -> Reply { throw 42; })->status(), 500);
  EXPECT_EQ(answer_of([](Call&) -> Reply { throw "text"; }, true)->status(), 500);
}

TEST_F(OneAnswer, TextThatIsNotUtf8DoesNotBreakTheAnswer) {
  const auto answer = answer_of([](Call&) -> Reply { return Json{{"name", "\xff\xfe"}}; });
  EXPECT_EQ(answer->status(), 200);
  EXPECT_TRUE(answer->json().contains("name"));
  EXPECT_EQ(answer_of([](Call&) -> Reply { throw std::runtime_error("\xff"); })->status(), 500);
}

TEST_F(OneAnswer, AReplyMayHaveAStatusAndHeadersOfItsOwn) {
  const auto answer = answer_of([](Call&) -> Reply {
    Reply reply(202, Json::object());
    reply.headers = {{"Location", "/there"}};
    return reply;
  });
  EXPECT_EQ(answer->status(), 202);
  EXPECT_EQ(answer->header("Location"), "/there");
  EXPECT_EQ(answer->ends(), 1);
}

// The C side, as a surface sees it.
struct Surface {
  int status = 0;
  int heads = 0;
  int ends = 0;
  std::string body;

  wyv_reply_sink sink() {
    wyv_reply_sink made{};
    made.struct_size = sizeof made;
    made.pause_above = 1000;
    made.self = this;
    made.head = [](void* self, std::int32_t status, wyv_view, const wyv_field*, std::uint32_t, std::uint64_t) {
      ++static_cast<Surface*>(self)->heads;
      static_cast<Surface*>(self)->status = status;
    };
    made.body = [](void* self, wyv_view bytes) -> std::uint64_t {
      static_cast<Surface*>(self)->body += text(bytes);
      return 0;
    };
    made.end = [](void* self) { ++static_cast<Surface*>(self)->ends; };
    return made;
  }
};

class Carrier : public testing::Test {
 protected:
  Carrier() {
    operations::set_table_of([](void* self) { return static_cast<operations::Table*>(self); });
  }

  void call(std::function<void(Call&, std::shared_ptr<Answer>)> stream) {
    operations::Table table(access, 1);
    Operation operation;
    operation.name = "it";
    operation.method = "GET";
    operation.path = "/it";
    operation.permission = Permission::anyone;
    operation.stream = std::move(stream);
    table.add(std::move(operation));
    const auto sink = surface.sink();
    wyv_call_request raw{};
    raw.struct_size = sizeof raw;
    raw.operation = view("it");
    wyv_pending* pending = nullptr;
    operations::carrier()->call(&table, &raw, &sink, &pending);
    ASSERT_NE(pending, nullptr);
    operations::carrier()->cancel(&table, pending);
    operations::carrier()->release(&table, pending);
  }

  NamedAccess access;
  Surface surface;
};

TEST_F(Carrier, ASenderHearsWhenItMayGoOnAndWhenNobodyWaitsAnyMore) {
  operations::Table table(access, 1);
  std::shared_ptr<Answer> kept;
  int heard = 0;
  Operation operation;
  operation.name = "it";
  operation.method = "GET";
  operation.path = "/it";
  operation.permission = Permission::anyone;
  operation.stream = [&](Call&, std::shared_ptr<Answer> answer) {
    answer->when_drained([&heard] { ++heard; });
    kept = std::move(answer);
  };
  table.add(std::move(operation));
  const auto sink = surface.sink();
  wyv_call_request raw{};
  raw.struct_size = sizeof raw;
  raw.operation = view("it");
  wyv_pending* pending = nullptr;
  operations::carrier()->call(&table, &raw, &sink, &pending);
  EXPECT_EQ(kept->pause_above(), 1000U);
  EXPECT_EQ(heard, 0);
  operations::carrier()->drained(&table, pending);
  EXPECT_EQ(heard, 1);
  operations::carrier()->cancel(&table, pending);
  EXPECT_EQ(heard, 2);
  kept->end();
  operations::carrier()->release(&table, pending);
}

// A surface that was built before there was back-pressure hands over a shorter sink.
TEST_F(Carrier, NothingIsReadBehindTheEndOfAnOlderSink) {
  auto sink = surface.sink();
  sink.struct_size = offsetof(wyv_reply_sink, pause_above);
  operations::Table table(access, 1);
  std::uint64_t pause_above = 0;
  Operation operation;
  operation.name = "it";
  operation.method = "GET";
  operation.path = "/it";
  operation.permission = Permission::anyone;
  operation.stream = [&](Call&, const std::shared_ptr<Answer>& answer) {
    pause_above = answer->pause_above();
    answer->head(200, "text/plain", {}, 0);
    answer->end();
  };
  table.add(std::move(operation));
  wyv_call_request raw{};
  raw.struct_size = sizeof raw;
  raw.operation = view("it");
  wyv_pending* pending = nullptr;
  operations::carrier()->call(&table, &raw, &sink, &pending);
  operations::carrier()->release(&table, pending);
  EXPECT_EQ(surface.status, 200);
  EXPECT_NE(pause_above, 1000U);
}

// And a shorter caller: behind its end stands what is not its own.
TEST_F(Carrier, WhetherTlsCarriedTheCallIsReadOfACallerThatHasItOnly) {
  operations::Table table(access, 1);
  bool over_tls = false;
  Operation operation;
  operation.name = "it";
  operation.method = "GET";
  operation.path = "/it";
  operation.permission = Permission::anyone;
  operation.handle = [&](Call& call) -> operations::Reply {
    over_tls = call.over_tls;
    return Json::object();
  };
  table.add(std::move(operation));
  const auto sink = surface.sink();
  const auto called_by = [&](const wyv_caller& caller) {
    wyv_call_request raw{};
    raw.struct_size = sizeof raw;
    raw.operation = view("it");
    raw.caller = &caller;
    wyv_pending* pending = nullptr;
    operations::carrier()->call(&table, &raw, &sink, &pending);
    operations::carrier()->release(&table, pending);
    return over_tls;
  };
  wyv_caller caller{};
  caller.struct_size = sizeof caller;
  EXPECT_FALSE(called_by(caller));
  caller.over_tls = 1;
  EXPECT_TRUE(called_by(caller));
  caller.struct_size = offsetof(wyv_caller, over_tls);
  EXPECT_FALSE(called_by(caller));
}

TEST_F(Carrier, AnAnswerThatIsDroppedBeforeItBeganIsAnError) {
  call([](Call&, std::shared_ptr<Answer>) {});
  EXPECT_EQ(surface.status, 500);
  EXPECT_EQ(surface.heads, 1);
  EXPECT_EQ(surface.ends, 1);
  EXPECT_THAT(surface.body, HasSubstr("no answer"));
}

TEST_F(Carrier, AnAnswerThatIsDroppedHalfWayEnds) {
  call([](Call&, std::shared_ptr<Answer> answer) {
    answer->head(200, "text/plain", {}, Answer::until_end);
    (void)answer->body("half");
  });
  EXPECT_EQ(surface.status, 200);
  EXPECT_EQ(surface.ends, 1);
  EXPECT_EQ(surface.body, "half");
}

TEST_F(Carrier, AnAnswerThatEndsTwiceEndsOnce) {
  call([](Call&, std::shared_ptr<Answer> answer) {
    answer->head(200, "text/plain", {}, Answer::until_end);
    answer->end();
    answer->end();
    EXPECT_EQ(answer->body("late"), UINT64_MAX);
  });
  EXPECT_EQ(surface.ends, 1);
  EXPECT_EQ(surface.body, "");
}

TEST_F(Carrier, AStreamThatFailsAfterItsHeadEndsWithoutAForeignBody) {
  call([](Call&, std::shared_ptr<Answer> answer) {
    answer->head(200, "text/plain", {}, Answer::until_end);
    (void)answer->body("half");
    throw std::runtime_error("the rest is gone");
  });
  EXPECT_EQ(surface.heads, 1);
  EXPECT_EQ(surface.ends, 1);
  EXPECT_EQ(surface.body, "half");
}

}  // namespace
}  // namespace wyvern::test
