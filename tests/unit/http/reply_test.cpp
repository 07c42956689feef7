// What goes out: answers on every thread, their framing, and connections that serve one request after the other.
#include <thread>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

// A thread that answers later, joined at the end.
class Later {
 public:
  ~Later() {
    for (auto& thread : threads_) thread.join();
  }
  void run(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back(std::move(work));
  }

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

class ReplyTest : public ServerTest {
 protected:
  void add(const std::string& name, FakeHost::Handler handler, const std::string& reply = "json") {
    host.add({{"name", name}, {"method", "GET"}, {"path", "/" + name}, {"reply", reply}}, std::move(handler));
  }
  // After `later`, so that its threads end first.
  ~ReplyTest() override {
    if (server) server->stop(patience);
  }
  Later later;
};

TEST_F(ReplyTest, ComesFromTheCallingThread) {
  add("inline", [](const Received&, const Answer& answer) { answer.json(201, "{\"a\":1}"); });
  serve();
  RawClient client(port);
  const auto response = client.get("/inline");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "{\"a\":1}");
  EXPECT_EQ(response.header("content-length"), "7");
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_EQ(host.cancels(), 0);
}

TEST_F(ReplyTest, ComesFromAnotherThread) {
  add("remote", [this](const Received&, const Answer& answer) { later.run([answer] { answer.json(200, "{}"); }); });
  serve();
  RawClient client(port);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.get("/remote").body, "{}");
  EXPECT_TRUE(host.wait_for_releases(50));
}

TEST_F(ReplyTest, BeginsOnTheCallingThreadAndEndsOnAnother) {
  add("split", [this](const Received&, const Answer& answer) {
    answer.head(200, "text/plain", 6);
    answer.body("abc");
    later.run([answer] {
      answer.body("def");
      answer.end();
    });
  });
  serve();
  RawClient client(port);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.get("/split").body, "abcdef");
}

TEST_F(ReplyTest, KeepsItsOrderWhenAnotherThreadComesBetween) {
  add("between", [](const Received&, const Answer& answer) {
    answer.head(200, "text/plain", 6);
    answer.body("ab");
    std::thread([&] { answer.body("cd"); }).join();
    answer.body("ef");
    answer.end();
  });
  serve();
  RawClient client(port);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.get("/between").body, "abcdef");
}

TEST_F(ReplyTest, EndsBeforeTheCallReturns) {
  add("race", [](const Received&, const Answer& answer) { std::thread([&] { answer.json(200, "{}"); }).join(); });
  serve();
  RawClient client(port);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.get("/race").status, 200);
  EXPECT_TRUE(host.wait_for_releases(50));
}

TEST_F(ReplyTest, IsChunkedWhenItsLengthIsUnknown) {
  const std::string large(300'000, 'x');
  add(
      "stream",
      [&](const Received&, const Answer& answer) {
        answer.head(200, "text/plain", UINT64_MAX);
        answer.body("one");
        answer.body("");
        answer.body(large);
        answer.body("two");
        answer.end();
      },
      "stream");
  serve();
  RawClient client(port);
  const auto response = client.get("/stream");
  EXPECT_EQ(response.header("transfer-encoding"), "chunked");
  EXPECT_EQ(response.body, "one" + large + "two");
  EXPECT_EQ(client.get("/stream").body.size(), large.size() + 6) << "the connection goes on";
}

TEST_F(ReplyTest, EndsWithTheConnectionForHttp10WhenItsLengthIsUnknown) {
  add(
      "stream",
      [](const Received&, const Answer& answer) {
        answer.head(200, "text/plain", UINT64_MAX);
        answer.body("one");
        answer.end();
      },
      "stream");
  serve();
  RawClient client(port);
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto response = client.read();
  EXPECT_EQ(response.headers.count("transfer-encoding"), 0U);
  EXPECT_EQ(response.body, "one");
}

TEST_F(ReplyTest, KeepsAnHttp10ConnectionOnlyWhenAsked) {
  add("a", [](const Received&, const Answer& answer) { answer.json(200, "{}"); });
  serve();
  RawClient kept(port);
  kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.read().header("connection"), "keep-alive");
  kept.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.read().header("connection"), "close");
  EXPECT_TRUE(kept.closed());
}

TEST_F(ReplyTest, CarriesTheOperationsHeadersButNotThoseOfTheConnection) {
  add("headers", [](const Received&, const Answer& answer) {
    answer.head(200, "application/json", 2,
                {{"ETag", "\"7\""},
                 {"Cache-Control", "max-age=5"},
                 {"Content-Length", "99"},
                 {"transfer-encoding", "chunked"},
                 {"Connection", "close"},
                 {"Bad", "a\r\nInjected: 1"},
                 {"Bad Name", "x"}});
    answer.body("{}");
    answer.end();
  });
  serve();
  RawClient client(port);
  const auto response = client.get("/headers");
  EXPECT_EQ(response.header("etag"), "\"7\"");
  EXPECT_EQ(response.header("cache-control"), "max-age=5");
  EXPECT_EQ(response.header("content-length"), "2");
  for (const auto* absent : {"transfer-encoding", "connection", "bad", "injected", "bad name"})
    EXPECT_EQ(response.headers.count(absent), 0U) << absent;
}

TEST_F(ReplyTest, HasNoBodyWhereHttpForbidsOne) {
  for (const int status : {204, 304})
    add("s" + std::to_string(status), [status](const Received&, const Answer& answer) {
      answer.head(status, "", 0);
      answer.body("oops");
      answer.end();
    });
  serve();
  RawClient client(port);
  EXPECT_EQ(client.get("/s204").status, 204);
  EXPECT_EQ(client.get("/s304").status, 304);
  EXPECT_EQ(client.get("/s204").status, 204);
}

TEST_F(ReplyTest, SurvivesAnOperationThatBreaksItsPromises) {
  add("silent", [](const Received&, const Answer& answer) { answer.end(); });
  add("headless", [](const Received&, const Answer& answer) {
    answer.body("lost");
    answer.end();
  });
  add("twice", [](const Received&, const Answer& answer) {
    answer.head(200, "text/plain", 1);
    answer.head(500, "text/plain", 1);
    answer.body("a");
    answer.end();
  });
  add("long", [](const Received&, const Answer& answer) {
    answer.head(200, "text/plain", 2);
    answer.body("abc");
    answer.body("def");
    answer.end();
  });
  add("short", [](const Received&, const Answer& answer) {
    answer.head(200, "text/plain", 9);
    answer.body("abc");
    answer.end();
  });
  add("odd", [](const Received&, const Answer& answer) { answer.json(42, "{}"); });
  serve();
  RawClient client(port);
  EXPECT_EQ(client.get("/twice").body, "a");
  EXPECT_EQ(client.get("/long").body, "ab");
  EXPECT_EQ(client.get("/odd").status, 500);
  EXPECT_EQ(code_of(RawClient(port).get("/silent")), "http.no_answer");
  EXPECT_EQ(code_of(RawClient(port).get("/headless")), "http.no_answer");
  EXPECT_THROW(RawClient(port).get("/short"), std::runtime_error) << "cut off, not made up";
}

TEST_F(ReplyTest, AnswersPipelinedRequestsInTheirOrder) {
  add("fast", [](const Received& call, const Answer& answer) { answer.json(200, Json(call.fields).dump()); });
  add("slow", [this](const Received& call, const Answer& answer) {
    later.run([answer, call] { answer.json(200, Json(call.fields).dump()); });
  });
  serve();
  RawClient client(port);
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += std::string("GET ") + (i % 7 == 0 ? "/slow" : "/fast") + "?n=" + std::to_string(i) +
                " HTTP/1.1\r\nHost: t\r\n\r\n";
  client.send(requests);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.read().body, "{\"n\":\"" + std::to_string(i) + "\"}");
}

TEST_F(ReplyTest, ServesMoreThanItsBufferOfPipelinedRequestsBehindOneThatWaits) {
  Event go;
  add("wait", [&](const Received&, const Answer& answer) {
    later.run([answer, &go] {
      go.wait();
      answer.json(200, "{}");
    });
  });
  add("fast", [](const Received&, const Answer& answer) { answer.json(200, "{}"); });
  serve();
  RawClient client(port);
  client.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  std::thread sender([&] {
    for (int i = 0; i < 2000; ++i) client.send("GET /fast HTTP/1.1\r\nHost: t\r\n\r\n");
    go.set();
  });
  for (int i = 0; i < 2001; ++i) ASSERT_EQ(client.read().status, 200);
  sender.join();
}

TEST_F(ReplyTest, WaitsForAReaderThatPipelinesWithoutReading) {
  const std::string large(100'000, 'y');
  add("large", [&](const Received&, const Answer& answer) { answer.json(200, large); });
  serve();
  RawClient client(port, 4096);
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += "GET /large HTTP/1.1\r\nHost: t\r\n\r\n";
  client.send(requests);
  EXPECT_TRUE(host.wait_for_releases(1));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.read().body.size(), large.size());
}

TEST_F(ReplyTest, AnswersARequestWhoseSenderHasHalfClosed) {
  add("remote", [this](const Received&, const Answer& answer) { later.run([answer] { answer.json(200, "{}"); }); });
  serve();
  RawClient client(port);
  client.send("GET /remote HTTP/1.1\r\nHost: t\r\n\r\n");
  client.close_writing();
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.closed());
}

TEST_F(ReplyTest, SendsAFileToAReaderThatHasHalfClosed) {
  Event half_closed;
  add(
      "file",
      [&](const Received&, const Answer& answer) {
        later.run([&half_closed, answer] {
          half_closed.wait();
          answer.head(200, "video/mp2t", 6);
          answer.body("abc");
          answer.body("def");
          answer.end();
        });
      },
      "file");
  host.add_echo("other", "/other");
  serve();
  RawClient client(port);
  client.send("GET /file HTTP/1.1\r\nHost: t\r\n\r\n");
  client.close_writing();
  EXPECT_EQ(RawClient(port).get("/other").status, 200) << "the server has had its turn";
  half_closed.set();
  EXPECT_EQ(client.read().body, "abcdef");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(host.cancels(), 0);
}

TEST_F(ReplyTest, HeadOfAFileTakesNoByteOfIt) {
  std::atomic<int> taken{0};
  add(
      "file",
      [&](const Received& call, const Answer& answer) {
        later.run([&taken, call, answer] {
          answer.head(200, "video/mp2t", 5'000'000'000);
          EXPECT_TRUE(call.cancelled->wait()) << "who reads ahead is told at once";
          const std::string piece(1000, 'x');
          while (answer.body(piece) != UINT64_MAX && taken < 100) ++taken;
          answer.end();
        });
      },
      "file");
  serve();
  RawClient client(port);
  client.send("HEAD /file HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "5000000000");
  EXPECT_EQ(client.get("/nowhere").status, 404) << "the connection goes on";
  EXPECT_TRUE(host.wait_for_releases(1));
  EXPECT_EQ(taken, 0);
}

TEST_F(ReplyTest, ClosesWhenAsked) {
  add("a", [](const Received&, const Answer& answer) { answer.json(200, "{}"); });
  serve();
  RawClient client(port);
  EXPECT_EQ(client.get("/a", "Connection: close\r\n").header("connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST_F(ReplyTest, ServesManyConnectionsAtOnce) {
  add("remote", [this](const Received&, const Answer& answer) { later.run([answer] { answer.json(200, "{}"); }); });
  add("inline", [](const Received&, const Answer& answer) { answer.json(200, "{}"); });
  settings.threads = 4;
  serve();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<RawClient>(port));
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i)
      clients[i]->send(std::string("GET ") + (i % 2 == 0 ? "/remote" : "/inline") + " HTTP/1.1\r\nHost: t\r\n\r\n");
    for (const auto& client : clients) ASSERT_EQ(client->read().status, 200);
  }
  EXPECT_TRUE(host.wait_for_releases(600));
}

TEST_F(ReplyTest, ServesOnAnAcceptorForEachThread) {
  add("inline", [](const Received&, const Answer& answer) { answer.json(200, "{}"); });
  settings.threads = 3;
  settings.reuse_port = true;
  serve();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(RawClient(port).get("/inline").status, 200);
}

}  // namespace
}  // namespace wyvern::test
