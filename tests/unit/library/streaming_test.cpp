#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "library_room.hpp"

namespace wyvern::library {
namespace {

struct StreamingTest : testing::Test {
  test::LibraryRoom room;
  std::string bytes = [] {
    std::string made;
    while (made.size() < 1'000'000) made += "frame " + std::to_string(made.size()) + "\n";
    return made;
  }();

  std::string asset() {
    room.put("clip.mp4", bytes);
    return room.database.add_asset("media", "clip.mp4");
  }
  test::Answered get(const std::string& id, test::OperationsCaller::Fields headers = {}) {
    return room.caller->call("library.assets.stream", {{"id", id}}, nullptr, "admin", std::move(headers));
  }
};

TEST_F(StreamingTest, SendsTheWholeObjectFromItsStorage) {
  const auto answer = get(asset());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "video/mp4");
  EXPECT_EQ(answer.headers.at("Accept-Ranges"), "bytes");
  EXPECT_EQ(answer.headers.at("X-Content-Type-Options"), "nosniff");
  EXPECT_TRUE(answer.body == bytes);
}

TEST_F(StreamingTest, SendsARange) {
  const auto id = asset();
  const auto answer = get(id, {{"range", "bytes=500000-500099"}});
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.headers.at("Content-Range"), "bytes 500000-500099/" + std::to_string(bytes.size()));
  EXPECT_EQ(answer.body, bytes.substr(500'000, 100));
  EXPECT_EQ(get(id, {{"range", "bytes=-10"}}).body, bytes.substr(bytes.size() - 10));
  const auto beyond = get(id, {{"range", "bytes=9000000-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.headers.at("Content-Range"), "bytes */" + std::to_string(bytes.size()));
  EXPECT_EQ(beyond.json()["code"], "asset.range");
}

TEST_F(StreamingTest, SendsNothingToWhoHasItAlready) {
  const auto id = asset();
  const auto tag = get(id).headers.at("ETag");
  const auto answer = get(id, {{"if-none-match", tag}});
  EXPECT_EQ(answer.status, 304);
  EXPECT_TRUE(answer.body.empty());
  EXPECT_EQ(get(id, {{"range", "bytes=0-9"}, {"if-range", tag}}).status, 206);
  EXPECT_EQ(get(id, {{"range", "bytes=0-9"}, {"if-range", "\"older\""}}).status, 200);
  bytes += "more";
  asset();
  EXPECT_EQ(get(id, {{"if-none-match", tag}}).status, 200);
}

TEST_F(StreamingTest, PrefersTheStagedCopy) {
  room.start();
  room.put("clip.mp4", "GOOD staged");
  const auto id = room.create("clip.mp4");
  room.database.store.write([&](store::Session& session) { room.staging->request(session, id); });
  ASSERT_TRUE(room.database.wait_until([&] { return room.asset(id)["media_status"] == "ready"; }));
  const auto before = get(id).headers.at("ETag");
  std::filesystem::remove(room.folder.path() / "media" / "clip.mp4");
  const auto answer = get(id);
  EXPECT_EQ(answer.body, "GOOD staged");
  EXPECT_EQ(answer.headers.at("ETag"), before);
  EXPECT_EQ(answer.headers.at("ETag"), "\"" + test::checksum_of("GOOD staged") + "\"");
}

TEST_F(StreamingTest, SaysWhatIsMissing) {
  const auto id = asset();
  std::filesystem::remove(room.folder.path() / "media" / "clip.mp4");
  EXPECT_EQ(get(id).status, 404);
  EXPECT_EQ(get(store::new_uuid()).status, 404);
  const auto page = room.database.add_asset("media", "page.html");
  room.put("page.html", "<script>");
  EXPECT_EQ(get(page).content_type, "application/octet-stream");
}

// An answer whose reader takes nothing until it is told to.
class SlowReader final : public operations::Answer {
 public:
  void head(int, std::string_view, const std::vector<std::pair<std::string, std::string>>&, std::uint64_t) override {}
  std::uint64_t body(std::string_view bytes) override {
    if (left.load()) return UINT64_MAX;
    taken += bytes.size();
    asked += bytes.empty() ? 1 : 0;
    return taking.load() ? 0 : taken.load();
  }
  void end() override { ended = true; }

  std::atomic<bool> taking{false}, left{false}, ended{false};
  std::atomic<std::uint64_t> taken{0}, asked{0};
};

TEST_F(StreamingTest, WaitsForAReaderThatIsSlow) {
  bytes.assign(20'000'000, 'x');
  const auto id = asset();
  const auto reader = std::make_shared<SlowReader>();
  room.caller->begin("library.assets.stream", {{"id", id}}, reader, std::make_shared<std::atomic<bool>>(false));
  ASSERT_TRUE(room.database.wait_until([&] { return reader->asked > 3; }));
  EXPECT_LT(reader->taken, 3'000'000U);
  reader->taking = true;
  ASSERT_TRUE(room.database.wait_until([&] { return reader->ended.load(); }));
  EXPECT_EQ(reader->taken, 20'000'000U);
}

TEST_F(StreamingTest, EndsWhenItsReaderLeavesOrTheServiceStops) {
  bytes.assign(20'000'000, 'x');
  const auto id = asset();
  const auto leaving = std::make_shared<SlowReader>();
  const auto staying = std::make_shared<SlowReader>();
  for (const auto& reader : {leaving, staying}) {
    room.caller->begin("library.assets.stream", {{"id", id}}, reader, std::make_shared<std::atomic<bool>>(false));
    ASSERT_TRUE(room.database.wait_until([&] { return reader->asked > 0; }));
  }
  leaving->left = true;
  EXPECT_TRUE(room.database.wait_until([&] { return leaving->ended.load(); }));
  EXPECT_FALSE(staying->ended);
  room.library->stop();
  EXPECT_TRUE(staying->ended);
  EXPECT_EQ(get(id).status, 503);
}

}  // namespace
}  // namespace wyvern::library
