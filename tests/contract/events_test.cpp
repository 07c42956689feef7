// /events over HTTP: every change, numbered, replayable, and to each what they may view.
#include "people.hpp"

namespace wyvern::test {
namespace {

class Events : public PeopleContract {
 protected:
  // What comes on a stream until `mark`.
  std::string stream(const std::string& token, const std::string& query, const std::string& mark,
                     const std::string& headers = {}) const {
    RawClient client(static_cast<std::uint16_t>(std::stoi(wyvern.root().substr(wyvern.root().rfind(':') + 1))));
    client.send("GET /api/v1/events" + query + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + token + "\r\n" +
                headers + "\r\n");
    return client.read_until(mark);
  }
  static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
};

TEST_F(Events, AreNumberedAndReplayedFromWhereTheReaderWas) {
  wyvern.channel({{"name", "First"}});
  wyvern.channel({{"name", "Second"}});
  const auto all = stream(wyvern.token(), "?after=0", "\"Second\"");
  EXPECT_TRUE(has(all, "content-type: text/event-stream") || has(all, "Content-Type: text/event-stream")) << all;
  EXPECT_TRUE(has(all, "id: 1\nevent: playout.channel.changed\ndata: {")) << all;
  EXPECT_TRUE(has(all, "id: 2\n"));
  EXPECT_TRUE(has(all, "\"First\""));
  EXPECT_FALSE(has(stream(wyvern.token(), "?after=1", "\"Second\""), "\"First\""));
  EXPECT_FALSE(has(stream(wyvern.token(), "?after=0", "\"Second\"", "Last-Event-ID: 1\r\n"), "\"First\""));
  wyvern.stop();
  wyvern.start();
  EXPECT_TRUE(has(stream(wyvern.token(), "?after=0", "\"Second\""), "\"First\"")) << "a restart forgot them";
  EXPECT_EQ(wyvern.call("GET", "/events?after=-1").status, 400);
  EXPECT_EQ(wyvern.call("GET", "/events?after=x").status, 400);
}

TEST_F(Events, AreToldToThoseWhoMayViewWhatTheyAreAbout) {
  const auto news = project("News");
  const auto ann = person("ann");
  allow(news, ann, "view");
  wyvern.channel({{"name", "Foreign"}, {"project_id", project("Sports")}});
  wyvern.channel({{"name", "Nobody's"}});
  wyvern.channel({{"name", "Own"}, {"project_id", news}});
  const auto seen = stream(token(ann), "?after=0", "\"Own\"");
  EXPECT_FALSE(has(seen, "Foreign")) << seen;
  EXPECT_FALSE(has(seen, "Nobody's")) << seen;
  EXPECT_TRUE(has(stream(wyvern.token(), "?after=0", "\"Own\""), "Foreign"));
}

}  // namespace
}  // namespace wyvern::test
