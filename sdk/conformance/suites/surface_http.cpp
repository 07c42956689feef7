// Surfaces whose url begins with http://: what becomes of requests. One that carries operations otherwise than by their
// methods and paths, as JSON-RPC, fails SurfaceRoutes.AnswerByMethodAndPath only, which its author skips with that
// reason.
#include "suites/surface_fixture.hpp"

#include <poll.h>

#include <atomic>
#include <thread>

namespace wyvern::conformance {
namespace {

constexpr const char* token = "a-long-secret-of-the-kit";

class SurfaceRoutes : public StartedSurface {
 protected:
  void SetUp() override {
    StartedSurface::SetUp();
    if (table_ == nullptr || !whole()) GTEST_SKIP() << "its table has gaps";
    where_ = url();
    if (where_.scheme != "http") GTEST_SKIP() << "it does not speak HTTP: its url is '" << address().url() << "'";
    if (!TcpClient(where_).connected()) GTEST_SKIP() << "it cannot be reached at all";
  }
  HttpAnswer ask(const std::string& request) {
    TcpClient client(where_);
    (void)client.send(request);
    return client.answer();
  }
  HttpAnswer got(const std::string& path, const std::string& headers = "") { return ask(get(where_, path, headers)); }
  std::string post(const std::string& path, std::size_t length, const std::string& body) {
    return "POST " + where_.path + path + " HTTP/1.1\r\nHost: " + where_.host +
           "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(length) +
           "\r\n\r\n" + body;
  }
  OfferedOperations& operations() { return host.operations(); }

  Url where_{""};
};

class SurfaceHttp : public SurfaceRoutes {
 protected:
  void SetUp() override {
    SurfaceRoutes::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (got("/kit/alive").status != 200) GTEST_SKIP() << "it answers no operation by its method and path";
    operations().forget_calls();
  }
};

TEST_F(SurfaceRoutes, AnswerByMethodAndPath) {
  const auto answer = got("/kit/alive");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"alive":true})");
}

TEST_F(SurfaceHttp, SaysWhatKindOfAnswerItIs) {
  const auto answer = got("/kit/alive");
  if (answer.status != 200) GTEST_SKIP() << "it answers no operation";
  const auto type = Json(answer.headers).value("content-type", "");
  EXPECT_TRUE(type.starts_with("application/json")) << "content-type: " << type;
}

TEST_F(SurfaceHttp, HandsOverPathAndQuery) {
  const auto answer = got("/kit/things/a%20b?colour=dark%20red");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body, nullptr, false), (Json{{"fields", {{"id", "a b"}, {"colour", "dark red"}}}}));
}

TEST_F(SurfaceHttp, HandsOverTheBody) {
  const std::string body = R"({"text":"as it came"})";
  const auto answer = ask(post("/kit/echo", body.size(), body));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, body);
}

TEST_F(SurfaceHttp, HandsOverTheCredential) {
  (void)got("/kit/alive", std::string("Authorization: Bearer ") + token + "\r\n");
  const auto calls = operations().calls();
  if (calls.empty()) GTEST_SKIP() << "it calls nothing";
  EXPECT_EQ(calls[0].credential, token);
}

TEST_F(SurfaceHttp, LogsNoCredential) {
  (void)got("/kit/alive", std::string("Authorization: Bearer ") + token + "\r\n");
  (void)got("/kit/no-such-thing", std::string("Authorization: Bearer ") + token + "\r\n");
  ASSERT_TRUE(is_ok(instance.stop()));
  for (const auto& line : host.lines())
    EXPECT_EQ((line.message + line.fields).find(token), std::string::npos)
        << "a credential is logged: " << line.message;
}

TEST_F(SurfaceHttp, NamesEachRequest) {
  (void)got("/kit/alive");
  (void)got("/kit/alive");
  auto calls = operations().calls();
  if (calls.size() < 2) GTEST_SKIP() << "it calls nothing";
  EXPECT_NE(calls[0].headers["x-request-id"], "") << "x-request-id among the headers of a call";
  EXPECT_NE(calls[0].headers["x-request-id"], calls[1].headers["x-request-id"]) << "of two requests";
}

TEST_F(SurfaceHttp, GivesTheAnswersStatus) {
  const auto answer = got("/kit/refusal");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(Json::parse(answer.body, nullptr, false).value("code", ""), "kit.refused") << answer.body;
}

TEST_F(SurfaceHttp, SaysThatAPathIsUnknown) { EXPECT_EQ(got("/kit/no-such-thing").status, 404); }

TEST_F(SurfaceHttp, SaysThatAMethodIsWrong) {
  auto request = get(where_, "/kit/alive");
  EXPECT_EQ(ask(request.replace(0, 3, "DELETE")).status, 405);
}

TEST_F(SurfaceHttp, RefusesABodyOverTheLimit) {
  const auto before = operations().calls().size();
  EXPECT_EQ(ask(post("/kit/echo", 1'000'000, std::string(20'000, ' '))).status, 413)
      << "for a body of 1000000 bytes of an operation with body_limit_bytes " << OfferedOperations::echo_limit_bytes;
  EXPECT_EQ(operations().calls().size(), before) << "the operation was called";
}

TEST_F(SurfaceHttp, RefusesAHeaderWithoutEnd) {
  TcpClient client(where_);
  ASSERT_TRUE(client.send("GET " + where_.path + "/kit/alive HTTP/1.1\r\nHost: a\r\n"));
  const std::string line = "X-More: " + std::string(1000, 'm') + "\r\n";
  bool refused = false;
  for (int kilobytes = 0; kilobytes < 4096 && !refused; ++kilobytes) refused = !client.send(line);
  EXPECT_TRUE(refused || client.closed()) << "it takes headers of 4 MB and waits for more";
}

TEST_F(SurfaceHttp, SurvivesHalfARequest) {
  if (!lives(where_)) GTEST_SKIP() << "it answers no operation";
  for (const auto& half :
       {std::string("GE"), get(where_, "/kit/alive").substr(0, 30), post("/kit/echo", 100, "{\"te")}) {
    TcpClient client(where_);
    (void)client.send(half);
    client.close();
    ASSERT_TRUE(lives(where_)) << "after a client that left behind " << Json(half);
  }
}

TEST_F(SurfaceHttp, ServesOthersBesideASlowClient) {
  if (!lives(where_)) GTEST_SKIP() << "it answers no operation";
  TcpClient slow(where_);
  ASSERT_TRUE(slow.send("GET " + where_.path + "/kit/ali"));
  ASSERT_TRUE(lives(where_)) << "while another client is in the middle of its request";
  ASSERT_TRUE(slow.send("ve HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(slow.answer().status, 200) << "of the slow client";
}

TEST_F(SurfaceHttp, ServesOthersBesideACallThatWaits) {
  if (!lives(where_)) GTEST_SKIP() << "it answers no operation";
  TcpClient waiting(where_);
  ASSERT_TRUE(waiting.send(get(where_, "/kit/wait")));
  ASSERT_TRUE(operations().wait_for_calls(2));
  EXPECT_TRUE(lives(where_)) << "while an operation has not answered yet";
  operations().let_go();
  EXPECT_EQ(waiting.answer().status, 200) << "of the operation that waited";
}

TEST_F(SurfaceHttp, SendsAStreamAsItComes) {
  TcpClient client(where_);
  ASSERT_TRUE(client.send(get(where_, "/kit/stream")));
  EXPECT_TRUE(client.read_until("data: one")) << "the stream goes on, so what came of it is held back";
}

TEST_F(SurfaceHttp, CancelsAStreamWhoseReaderLeft) {
  TcpClient client(where_);
  ASSERT_TRUE(client.send(get(where_, "/kit/stream")));
  if (!operations().wait_for_calls(1)) GTEST_SKIP() << "it calls nothing";
  (void)client.read_until("data: one", std::chrono::seconds(1));
  client.close();
  EXPECT_TRUE(operations().wait_for_a_cancel()) << "5 s after its reader has left";
}

TEST_F(SurfaceHttp, LetsACallFinishWhileItDrains) {
  TcpClient client(where_);
  ASSERT_TRUE(client.send(get(where_, "/kit/wait")));
  if (!operations().wait_for_calls(1)) GTEST_SKIP() << "it calls nothing";
  std::atomic<bool> drained{false};
  std::thread draining([&] {
    EXPECT_TRUE(is_ok(instance.drain()));
    drained = true;
  });
  // It has begun once no connection is taken any more; a surface that goes on taking them has a moment.
  for (int i = 0; i < 100 && !drained && TcpClient(where_).connected(); ++i) (void)poll(nullptr, 0, 5);
  operations().let_go();
  EXPECT_EQ(client.answer().status, 200) << "of a call that was under way when drain began";
  client.close();
  draining.join();
}

TEST_F(SurfaceHttp, TakesNoCallAfterDrain) {
  if (!lives(where_)) GTEST_SKIP() << "it answers no operation";
  ASSERT_TRUE(is_ok(instance.drain()));
  const auto before = operations().calls().size();
  (void)got("/kit/alive");
  EXPECT_EQ(operations().calls().size(), before) << "calls of an operation after drain";
}

TEST_F(SurfaceHttp, EndsCallsWhenItStops) {
  TcpClient client(where_);
  ASSERT_TRUE(client.send(get(where_, "/kit/wait")));
  if (!operations().wait_for_calls(1)) GTEST_SKIP() << "it calls nothing";
  constexpr std::chrono::seconds limit(5);
  const auto outcome = instance.stop({.timeout = limit});
  EXPECT_TRUE(is_ok(outcome)) << "with a call under way";
  EXPECT_LT(outcome.took, limit + std::chrono::seconds(1));
  EXPECT_EQ(operations().open(), 0U) << "calls that were not released when stop returned";
}

TEST_F(SurfaceHttp, ReleasesEveryCall) {
  for (int i = 0; i < 20; ++i) (void)got("/kit/alive");
  if (operations().calls().empty()) GTEST_SKIP() << "it calls nothing";
  EXPECT_TRUE(operations().wait_for_releases()) << operations().open() << " calls were answered and not released";
}

TEST_F(SurfaceHttp, ReleasesACallOnceAfterItsEnd) {
  TcpClient client(where_);
  ASSERT_TRUE(client.send(get(where_, "/kit/wait")));
  if (!operations().wait_for_calls(1)) GTEST_SKIP() << "it calls nothing";
  client.close();
  (void)got("/kit/alive");
  operations().let_go();
  (void)got("/kit/alive");
  ASSERT_TRUE(is_ok(instance.stop()));
  for (const auto& fault : operations().faults()) ADD_FAILURE() << fault;
}

}  // namespace
}  // namespace wyvern::conformance
