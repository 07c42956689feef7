// What comes in: methods, paths, headers, bodies, and everything that is refused before an operation sees it.
#include "server_test.hpp"

namespace wyvern::test {
namespace {

using ::testing::HasSubstr;

class RequestTest : public ServerTest {
 protected:
  RequestTest() {
    settings.base_path = "/api/v1";
    host.add_echo("things.list", "/things");
    host.add_echo("things.get", "/things/{id}");
    host.add_echo("things.add", "/things", "POST");
    host.add({{"name", "small.add"}, {"method", "POST"}, {"path", "/small"}, {"body_limit_bytes", 16}},
             [](const Received& call, const Answer& answer) { answer.json(200, Json(call.body).dump()); });
    host.add({{"name", "seen"}, {"method", "GET"}, {"path", "/seen"}}, [](const Received& call, const Answer& answer) {
      answer.json(200, Json{{"headers", call.headers},
                            {"credential", call.credential},
                            {"by_cookie", call.by_cookie},
                            {"requested_with", call.requested_with},
                            {"remote", call.remote_address},
                            {"traceparent", call.traceparent},
                            {"over_tls", call.over_tls}}
                           .dump());
    });
    serve({{"/api/v1/openapi.json", "application/json", "{\"openapi\":\"3.1.0\"}"}});
  }

  std::string post(const std::string& path, const std::string& headers, const std::string& body) const {
    return "POST " + path + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n" + body;
  }
};

TEST_F(RequestTest, ReachesTheOperationWithPathAndQueryAsFields) {
  RawClient client(port);
  const auto body = Json::parse(client.get("/api/v1/things/a%20b?limit=5&after=x%2Fy").body);
  EXPECT_EQ(body["operation"], "things.get");
  EXPECT_EQ(body["fields"], (Json{{"id", "a b"}, {"limit", "5"}, {"after", "x/y"}}));
}

TEST_F(RequestTest, PassesTheBodyUntouched) {
  const std::string text = "{ \"name\" :\t\"\xc3\xa4\" }";
  const auto response =
      ask(post("/api/v1/things",
               "Content-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) + "\r\n", text));
  EXPECT_EQ(Json::parse(response.body)["body"], text);
}

TEST_F(RequestTest, TakesAnEmptyBodyAndOneWithoutContentType) {
  EXPECT_EQ(ask(post("/api/v1/things", "Content-Length: 0\r\n", "")).status, 200);
  EXPECT_EQ(ask(post("/api/v1/things", "", "")).status, 200);
  EXPECT_EQ(ask(post("/api/v1/things", "Content-Length: 2\r\n", "{}")).status, 200);
  EXPECT_EQ(ask(post("/api/v1/things", "Content-Type: text/plain\r\nContent-Length: 0\r\n", "")).status, 200);
}

TEST_F(RequestTest, TakesAChunkedBodyAndOverlooksItsTrailers) {
  const auto response = ask(post("/api/v1/things", "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n",
                                 "4;x=y\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nAuthorization: Bearer late\r\n\r\n"));
  EXPECT_EQ(Json::parse(response.body)["body"], "{\"a\":1}");
}

TEST_F(RequestTest, RefusesABodyThatIsNotJson) {
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"}) {
    const auto response =
        ask(post("/api/v1/things", "Content-Type: " + std::string(type) + "\r\nContent-Length: 2\r\n", "{}"));
    EXPECT_EQ(response.status, 415) << type;
    EXPECT_EQ(code_of(response), "http.media_type");
  }
  for (const auto* type : {"application/json; charset=utf-8", "APPLICATION/JSON", "application/merge-patch+json"})
    EXPECT_EQ(
        ask(post("/api/v1/things", "Content-Type: " + std::string(type) + "\r\nContent-Length: 2\r\n", "{}")).status,
        200)
        << type;
  EXPECT_EQ(ask(post("/api/v1/things", "Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}")).status, 415);
}

TEST_F(RequestTest, GoesOnAfterASmallBodyThatNobodyWanted) {
  RawClient client(port);
  client.send(post("/api/v1/nowhere", "Content-Length: 5\r\n", "12345"));
  client.send(post("/api/v1/things", "Content-Type: text/plain\r\nContent-Length: 5\r\n", "12345"));
  EXPECT_EQ(client.read().status, 404);
  EXPECT_EQ(client.read().status, 415);
  EXPECT_EQ(client.get("/api/v1/things").status, 200);
}

TEST_F(RequestTest, RefusesABodyBeyondTheOperationsLimitBeforeItIsSent) {
  RawClient client(port);
  client.send(post("/api/v1/small", "Content-Length: 17\r\n", ""));
  const auto response = client.read();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(code_of(response), "http.body_too_large");
  EXPECT_EQ(Json::parse(response.body)["detail"]["limit_bytes"], 16);
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(host.calls(), 0);
}

TEST_F(RequestTest, TakesABodyOfExactlyTheLimit) {
  EXPECT_EQ(ask(post("/api/v1/small", "Content-Length: 16\r\n", "\"0123456789abcd\"")).status, 200);
  EXPECT_EQ(
      ask(post("/api/v1/small", "Transfer-Encoding: chunked\r\n", "8\r\n\"0123456\r\n8\r\n789abcd\"\r\n0\r\n\r\n"))
          .status,
      200);
}

TEST_F(RequestTest, RefusesAChunkedBodyAsSoonAsItIsBeyondTheLimit) {
  for (const auto* body : {"11\r\n", "ffffffffffffffff\r\n", "8\r\n01234567\r\n9\r\n"}) {
    const auto response = ask(post("/api/v1/small", "Transfer-Encoding: chunked\r\n", body));
    EXPECT_EQ(response.status, 413) << body;
  }
  EXPECT_EQ(host.calls(), 0);
}

TEST_F(RequestTest, InvitesABodyThatWaitsForIt) {
  RawClient client(port);
  client.send(post("/api/v1/things", "Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  EXPECT_EQ(client.read().status, 100);
  client.send("{}");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(ask(post("/api/v1/small", "Expect: 100-continue\r\nContent-Length: 99\r\n", "")).status, 413);
  EXPECT_EQ(ask(post("/api/v1/small", "Expect: tea\r\nContent-Length: 9\r\n", "")).status, 417);
}

TEST_F(RequestTest, AnswersAnUnknownPathWith404InJson) {
  RawClient client(port);
  const auto response = client.get("/api/v1/nowhere");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.header("content-type"), "application/json");
  const auto body = Json::parse(response.body);
  EXPECT_EQ(body["code"], "http.not_found");
  EXPECT_TRUE(body["error"].is_string());
  EXPECT_EQ(body["detail"]["path"], "/api/v1/nowhere");
}

TEST_F(RequestTest, AnswersAWrongMethodWith405AndAllow) {
  const auto response = ask("DELETE /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.header("allow"), "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(code_of(response), "http.method");
  EXPECT_EQ(ask("BREW /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\n").status, 405);
}

TEST_F(RequestTest, AnswersOptionsWithAllow) {
  RawClient client(port);
  client.send("OPTIONS /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto response = client.read();
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.header("allow"), "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(response.headers.count("content-length"), 0U);
  EXPECT_EQ(client.read().status, 204);
}

TEST_F(RequestTest, AnswersHeadWithTheHeadOfGet) {
  RawClient client(port);
  client.send("HEAD /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto response = client.read(true);
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.header("content-length"), "0");
  EXPECT_EQ(client.get("/api/v1/things").status, 200) << "no body came in between";
}

TEST_F(RequestTest, ServesADocument) {
  RawClient client(port);
  const auto response = client.get("/api/v1/openapi.json");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("cache-control"), "no-cache");
  EXPECT_EQ(Json::parse(response.body)["openapi"], "3.1.0");
}

TEST_F(RequestTest, RefusesHostilePathsAndStaysInStep) {
  RawClient client(port);
  for (const auto* path : {"/api/v1/things/%2e%2e", "/api/v1/%2e%2e/%2e%2e/etc", "/api/v1/things/%00",
                           "/api/v1/things/%c0%ae", "/api/v1/things/%ff", "/api/v1/things/a%2fb", "/api/v1/things/%",
                           "/api/v1/../things", "/api/v1/things?x=1&x=2", "/api/v1/things/7?id=8"})
    EXPECT_EQ(client.get(path).status, 400) << path;
  EXPECT_EQ(client.get("/api/v1/things").status, 200);
  EXPECT_EQ(host.calls(), 1);
}

TEST_F(RequestTest, RefusesATargetThatIsTooLong) {
  const auto response = ask("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(response.status, 414);
}

TEST_F(RequestTest, RefusesHeadersThatAreTooLargeOrTooMany) {
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n").status, 431);
  std::string many = "GET / HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < 101; ++i) many += "X" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(ask(many + "\r\n").status, 431);
  EXPECT_EQ(ask("GET /" + std::string(60'000, 'a')).status, 431);
}

TEST_F(RequestTest, RefusesWhatCouldSmuggleARequestAndCloses) {
  const std::string body = "0\r\n\r\nGET /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\n";
  for (const auto* headers :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
        "Content-Length: +5\r\n", "Content-Length: 0x5\r\n", "Content-Length: -1\r\n", "Content-Length: 5 5\r\n",
        "Content-Length:\r\n", "Content-Length: 99999999999999999999\r\n"}) {
    RawClient client(port);
    client.send(post("/api/v1/things", headers, body));
    const auto response = client.read();
    EXPECT_EQ(response.status, 400) << headers;
    EXPECT_EQ(response.header("connection"), "close") << headers;
    EXPECT_TRUE(client.closed()) << headers;
  }
  EXPECT_EQ(host.calls(), 0);
}

TEST_F(RequestTest, RefusesABrokenChunkedBody) {
  for (const auto* body : {"x\r\n", "-1\r\n", "1\r\nab\r\n0\r\n\r\n", "1\r\na0\r\n\r\n", "1 \r\na\r\n0\r\n\r\n"})
    EXPECT_EQ(ask(post("/api/v1/things", "Transfer-Encoding: chunked\r\n", body)).status, 400) << body;
}

TEST_F(RequestTest, RefusesWhatIsNoRequest) {
  for (const auto* bytes :
       {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\n\n\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: t\r\n\r\n", " GET / HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: t\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\r\n: t\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: t\r\nX: a\x01z\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / http/1.1\r\nHost: t\r\n\r\n"}) {
    const auto response = ask(bytes);
    EXPECT_EQ(response.status, 400) << bytes;
    EXPECT_EQ(response.header("connection"), "close");
  }
  EXPECT_EQ(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 400);
}

TEST_F(RequestTest, OverlooksEmptyLinesBeforeARequest) {
  RawClient client(port);
  client.send(
      "\r\n\r\nGET /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\n\r\nGET /api/v1/things HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(RequestTest, TakesARequestInSinglePieces) {
  RawClient client(port);
  for (const char c : std::string("POST /api/v1/things HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"))
    client.send({&c, 1});
  EXPECT_EQ(Json::parse(client.read().body)["body"], "abcdefg");
}

// With assertions on, Beast would end the process when the last chunk comes as 3 bytes and then 1.
TEST_F(RequestTest, TakesAnEmptyChunkedBodyInSinglePieces) {
  RawClient client(port);
  for (const char c :
       std::string("POST /api/v1/things HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
    client.send({&c, 1});
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(RequestTest, TellsWhoCalls) {
  RawClient client(port);
  auto body = Json::parse(client
                              .get("/api/v1/seen",
                                   "authorization: bearer  abc.def\r\nCookie: wyvern_session=s\r\n"
                                   "X-Requested-With: fetch\r\ntraceparent: 00-1-2-01\r\n")
                              .body);
  EXPECT_EQ(body["credential"], "abc.def");
  EXPECT_EQ(body["by_cookie"], false);
  EXPECT_EQ(body["requested_with"], "fetch");
  EXPECT_EQ(body["traceparent"], "00-1-2-01");
  EXPECT_EQ(body["remote"], client.local_address());

  body = Json::parse(client.get("/api/v1/seen", "Cookie: a=b; wyvern_session=s3cret; c=d\r\n").body);
  EXPECT_EQ(body["credential"], "s3cret");
  EXPECT_EQ(body["by_cookie"], true);

  body = Json::parse(client.get("/api/v1/seen", "Authorization: Basic abc\r\nCookie: xwyvern_session=s\r\n").body);
  EXPECT_EQ(body["credential"], "") << "nothing of the request before stays";
  EXPECT_EQ(body["by_cookie"], false);
}

TEST_F(RequestTest, CarriesTheCookieOfALoginUnderWayAndNoOther) {
  RawClient client(port);
  const auto cookies = [&](const std::string& header) {
    return Json::parse(client.get("/api/v1/seen", header).body)["headers"].value("cookie", "none");
  };
  EXPECT_EQ(cookies("Cookie: a=b; wyvern_session=s3cret; wyvern_login=sealed; c=d\r\n"), "wyvern_login=sealed");
  EXPECT_EQ(cookies("Cookie: a=b; wyvern_session=s3cret; xwyvern_login=x\r\n"), "none");
}

TEST_F(RequestTest, CarriesTheHeadersThatOperationsSee) {
  RawClient client(port);
  const auto body =
      Json::parse(client
                      .get("/api/v1/seen",
                           "Idempotency-Key: k\r\nIf-Match: \"a\"\r\nIf-Match: \"b\"\r\n"
                           "If-None-Match: *\r\nIf-Range: \"c\"\r\nRange: bytes=0-\r\nLast-Event-ID: 7\r\n"
                           "X-Request-Id: mine-1\r\nX-Other: no\r\n")
                      .body);
  EXPECT_EQ(body["headers"], (Json{{"idempotency-key", "k"},
                                   {"if-match", "\"a\", \"b\""},
                                   {"if-none-match", "*"},
                                   {"if-range", "\"c\""},
                                   {"range", "bytes=0-"},
                                   {"last-event-id", "7"},
                                   {"x-request-id", "mine-1"}}));
}

TEST_F(RequestTest, RefusesAHeaderTwiceThatHasOneMeaning) {
  RawClient client(port);
  EXPECT_EQ(client.get("/api/v1/seen", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n").status, 400);
  RawClient other(port);
  EXPECT_EQ(other.get("/api/v1/seen", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n").status, 400);
  RawClient third(port);
  EXPECT_EQ(third.get("/api/v1/seen", "If-Range: \"a\"\r\nIf-Range: \"b\"\r\n").status, 400);
}

TEST_F(RequestTest, NamesEveryRequestAndTakesAHarmlessNameFromTheClient) {
  RawClient client(port);
  EXPECT_EQ(client.get("/api/v1/things", "X-Request-Id: abc-1.2_3\r\n").header("x-request-id"), "abc-1.2_3");
  const auto first = client.get("/api/v1/things").header("x-request-id");
  const auto second = client.get("/api/v1/things", "X-Request-Id: <script>\r\n").header("x-request-id");
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(second.size(), 16U);
  EXPECT_NE(first, second);
  EXPECT_EQ(client.get("/nowhere").header("x-request-id").size(), 16U);
}

TEST_F(RequestTest, SaysNothingAboutTheServerAndForbidsSniffing) {
  RawClient client(port);
  const auto response = client.get("/api/v1/things");
  EXPECT_EQ(response.headers.count("server"), 0U);
  EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_THAT(response.header("date"), HasSubstr(" GMT"));
}

}  // namespace
}  // namespace wyvern::test
