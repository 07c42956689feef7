// Readers of a real controller that are slow, that leave, or that want a part: of the event stream and of media.
#include <fstream>
#include <future>
#include <regex>
#include <set>

#include "contract.hpp"
#include "raw_client.hpp"

namespace wyvern::test {
namespace {

class Readers : public ::testing::Test {
 protected:
  std::uint16_t port() const {
    return static_cast<std::uint16_t>(std::stoi(wyvern.root().substr(wyvern.root().rfind(':') + 1)));
  }
  std::string request(const std::string& method, const std::string& path, const std::string& headers = {}) const {
    return method + " /api/v1" + path + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + wyvern.token() + "\r\n" +
           headers + "\r\n";
  }
  // An asset of a file that is all zeros and costs no disk. It need not be playable to be read.
  std::string sparse_asset(std::uintmax_t bytes) const {
    std::ofstream(wyvern.library() / "large.ts").put('\0');
    std::filesystem::resize_file(wyvern.library() / "large.ts", bytes);
    const auto made = wyvern.call("POST", "/assets", {{"key", "large.ts"}});
    EXPECT_EQ(made.status, 201) << made.text;
    return made.body["id"];
  }
  // A figure of the controller's process, such as "VmRSS:" of status.
  std::uint64_t figure(const std::string& file, const std::string& name) const {
    std::ifstream in("/proc/" + std::to_string(wyvern.pid()) + "/" + file);
    for (std::string word; in >> word;) {
      std::uint64_t value = 0;
      if (word == name && in >> value) return value;
    }
    throw std::runtime_error("/proc has no " + name);
  }

  // Limits that a test can reach.
  Deployment wyvern{Deployment::Options{
      {{"surfaces", {{"api", {{"limits", {{"queued_bytes", 65536}}}, {"timeouts", {{"write_ms", 1000}}}}}}}}}};
};

// The numbers of the whole events in a stream as it came over the wire.
std::vector<int> numbers(const std::string& stream) {
  static const std::regex event("id: ([0-9]+)\nevent: [^\n]+\ndata: [^\n]+\n\n");
  std::vector<int> all;
  for (std::sregex_iterator at(stream.begin(), stream.end(), event), end; at != end; ++at)
    all.push_back(std::stoi((*at)[1]));
  return all;
}

TEST_F(Readers, OneOfEventsThatStopsReadingIsDroppedAndMissesNothingWhenItComesBack) {
  const auto id = wyvern.channel();
  RawClient slow(port(), 4096);
  RawClient quick(port());
  for (auto* reader : {&slow, &quick}) {
    reader->send(request("GET", "/events?after=0"));
    reader->read_until("id: 1\n");
  }
  const auto until_last_change = [](RawClient& reader) {
    std::string text = reader.read_until("\"change 399\"");
    text += reader.read_until("\n\n");
    return text;
  };
  auto read_by_quick = std::async(std::launch::async, [&] { return until_last_change(quick); });
  // More than the server and the system keep for a reader.
  std::string streamid;
  for (int i = 0; i < 500; ++i) streamid += "%20";
  for (int i = 0; i < 400; ++i) {
    const auto changed = wyvern.call(
        "PATCH", "/playout/channels/" + id,
        {{"name", "change " + std::to_string(i)}, {"output_config", {{"url", "srt://h:9000?streamid=" + streamid}}}});
    ASSERT_EQ(changed.status, 200) << changed.text;
  }
  const auto seen_by_quick = numbers("id: 1\n" + read_by_quick.get());
  ASSERT_TRUE(await([&] { return wyvern.log().find("a reader that is too slow was dropped") != std::string::npos; }))
      << wyvern.log();
  EXPECT_NE(wyvern.log().find("it took no byte for 1000 ms"), std::string::npos) << wyvern.log();
  EXPECT_NE(wyvern.log().find("events.stream"), std::string::npos) << wyvern.log();

  auto seen_by_slow = numbers("id: 1\n" + slow.read_rest());
  ASSERT_FALSE(seen_by_slow.empty());
  EXPECT_LT(seen_by_slow.size(), seen_by_quick.size()) << "it was dropped before it had everything";
  RawClient back(port());
  back.send(request("GET", "/events?after=0", "Last-Event-ID: " + std::to_string(seen_by_slow.back()) + "\r\n"));
  for (const int number : numbers(until_last_change(back))) seen_by_slow.push_back(number);
  EXPECT_EQ(seen_by_slow, seen_by_quick);
}

TEST_F(Readers, OneOfALargeFileThatIsSlowCostsLittleMemoryAndHoldsUpNobody) {
  constexpr std::uintmax_t bytes = 150'000'000;
  const auto id = sparse_asset(bytes);
  const auto before_kb = figure("status", "VmRSS:");
  RawClient slow(port(), 4096);
  slow.send(request("GET", "/assets/" + id + "/stream"));
  EXPECT_NE(slow.read_until("\r\n\r\n").find("150000000"), std::string::npos);
  EXPECT_EQ(wyvern.call("GET", "/assets/" + id + "/stream").text.size(), bytes);
#ifdef __SANITIZE_ADDRESS__
  constexpr long kept_after_free_kb = 300 * 1024;  // its quarantine, and what it keeps beside
#else
  constexpr long kept_after_free_kb = 0;
#endif
  EXPECT_LT(figure("status", "VmHWM:"), before_kb + 32 * 1024 + kept_after_free_kb) << "in kB";
}

TEST_F(Readers, WhoAsksForTheHeadOfAFileCausesNoReadingOfIt) {
  const auto id = sparse_asset(100'000'000);
  ASSERT_TRUE(await([&] { return wyvern.call("GET", "/assets/" + id).body["status"] != "processing"; }));
  const auto before = figure("io", "rchar:");
  RawClient client(port());
  for (int i = 0; i < 5; ++i) {
    client.send(request("HEAD", "/assets/" + id + "/stream"));
    const auto head = client.read(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), "100000000");
  }
  EXPECT_LT(figure("io", "rchar:"), before + 20'000'000);
}

TEST_F(Readers, APartIsGivenOnlyOfTheVersionThatTheReaderHas) {
  const auto id = sparse_asset(1000);
  const auto ask = [&](const std::string& headers) {
    RawClient client(port());
    client.send(request("GET", "/assets/" + id + "/stream", headers));
    return client.read();
  };
  std::string tag;  // while the asset is being probed its tag changes once
  ASSERT_TRUE(await([&] { return wyvern.call("GET", "/assets/" + id).body["status"] != "processing"; }));
  tag = ask("").header("etag");
  ASSERT_EQ(tag.substr(0, 1), "\"") << "a strong one";
  const std::string range = "Range: bytes=10-19\r\n";
  const auto part = ask(range + "If-Range: " + tag + "\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.header("content-range"), "bytes 10-19/1000");
  EXPECT_EQ(part.body.size(), 10U);
  for (const std::string& other :
       {std::string("\"other\""), "W/" + tag, std::string("Sun, 06 Nov 1994 08:49:37 GMT")}) {
    const auto whole = ask(range + "If-Range: " + other + "\r\n");
    EXPECT_EQ(whole.status, 200) << other;
    EXPECT_EQ(whole.body.size(), 1000U) << other;
    EXPECT_EQ(whole.header("content-range"), "") << other;
  }
}

}  // namespace
}  // namespace wyvern::test
