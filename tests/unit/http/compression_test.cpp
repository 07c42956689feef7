// What is compressed, for whom, and that it is the same when it is not any more.
#include "compression.hpp"

#include <zlib.h>

#include "server_test.hpp"

namespace wyvern::test {
namespace {

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string plain(4 * 1024 * 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  plain.resize(stream.total_out);
  inflateEnd(&stream);
  return plain;
}

TEST(AcceptEncoding, IsReadWithItsWeights) {
  for (const auto* wanted : {"gzip", "GZIP", "x-gzip", "br, gzip", "gzip;q=0.5", "deflate ,gzip; q=0.001", "*",
                             "identity;q=0.5, gzip;q=0.5", "gzip, *;q=0", "gzip;q=1.000"})
    EXPECT_TRUE(http::accepts_gzip(wanted)) << wanted;
  for (const auto* unwanted : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *",
                               "identity, gzip;q=0.9", "gzip;q=x", "gzip;q=-1", "gzipped", ",,;"})
    EXPECT_FALSE(http::accepts_gzip(unwanted)) << unwanted;
}

class CompressionTest : public ServerTest {
 protected:
  void add(const std::string& name, const std::string& text, const Json& more = Json::object(),
           const std::string& type = "application/json") {
    Json entry{{"name", name}, {"method", "GET"}, {"path", "/" + name}};
    entry.update(more);
    host.add(entry, [text, type](const Received&, const Answer& answer) {
      answer.head(200, type, text.size(), {{"ETag", "\"3-ab\""}});
      for (std::size_t at = 0; at < text.size(); at += 1000) answer.body(std::string_view(text).substr(at, 1000));
      answer.end();
    });
  }
  Response get(const std::string& name, const std::string& more = "Accept-Encoding: gzip\r\n") const {
    return ask("GET /" + name + " HTTP/1.1\r\nHost: t\r\n" + more + "\r\n");
  }

  const std::string large = "[\"" + std::string(20'000, 'x') + "\"]";
};

TEST_F(CompressionTest, LargeJsonIsSmallOnTheWire) {
  add("large", large);
  serve();
  RawClient client(port);
  for (int i = 0; i < 3; ++i) {
    const auto response = client.get("/large", "Accept-Encoding: br, gzip\r\n");
    EXPECT_EQ(response.header("content-encoding"), "gzip");
    EXPECT_EQ(response.header("vary"), "Accept-Encoding");
    EXPECT_EQ(response.header("etag"), "\"3-ab-gzip\"");
    EXPECT_LT(response.body.size(), 500U);
    EXPECT_EQ(unpacked(response.body), large);
  }
  const auto plain = client.get("/large");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
  EXPECT_EQ(plain.header("etag"), "\"3-ab\"");
  EXPECT_EQ(plain.body, large);
}

TEST_F(CompressionTest, WhatIsSmallSecretOrNoJsonIsLeftAsItIs) {
  add("small", "[1]");
  add("secret", large, {{"secret_answer", true}});
  add("file", large, {{"reply", "file"}}, "video/mp2t");
  add("stream", large, {{"reply", "stream"}}, "text/plain");
  add("picture", large, Json::object(), "image/png");
  serve();
  for (const auto* name : {"small", "secret", "file", "stream", "picture"}) {
    const auto response = get(name);
    EXPECT_EQ(response.header("content-encoding"), "") << name;
    EXPECT_EQ(response.body, name == std::string("small") ? "[1]" : large) << name;
  }
  EXPECT_EQ(get("secret").header("vary"), "");
}

TEST_F(CompressionTest, TheTagOfACompressedAnswerAsksForTheSame) {
  host.add({{"name", "seen"}, {"method", "GET"}, {"path", "/seen"}},
           [](const Received& call, const Answer& answer) { answer.json(200, Json(call.headers).dump()); });
  serve();
  const auto response = get("seen", "If-Match: \"3-ab-gzip\", \"4-cd\"\r\nIf-None-Match: W/\"5-ef-gzip\"\r\n");
  EXPECT_EQ(Json::parse(response.body)["if-match"], "\"3-ab\", \"4-cd\"");
  EXPECT_EQ(Json::parse(response.body)["if-none-match"], "W/\"5-ef\"");
}

TEST_F(CompressionTest, IsOffWhereConfiguredSo) {
  settings.compress = false;
  add("large", large);
  serve();
  EXPECT_EQ(get("large").body, large);
  EXPECT_EQ(get("large").header("vary"), "");
}

TEST_F(CompressionTest, DocumentsAreCompressedToo) {
  serve({{"/text", "application/json", large}});
  EXPECT_EQ(unpacked(get("text").body), large);
  EXPECT_EQ(get("text", "").body, large);
}

TEST_F(CompressionTest, AnAnswerThatEndsTooEarlyIsNoAnswer) {
  host.add({{"name", "short"}, {"method", "GET"}, {"path", "/short"}}, [](const Received&, const Answer& answer) {
    answer.head(200, "application/json", 5000);
    answer.body("[");
    answer.end();
  });
  serve();
  RawClient client(port);
  client.send("GET /short HTTP/1.1\r\nHost: t\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(client.read_rest(), "");
}

}  // namespace
}  // namespace wyvern::test
