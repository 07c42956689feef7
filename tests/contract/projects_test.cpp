// /projects and what people may do in them, over HTTP.
#include "people.hpp"

namespace wyvern::test {
namespace {

using Projects = PeopleContract;

TEST_F(Projects, AreAddedListedAndRemovedByAdministrators) {
  const auto id = project("News");
  EXPECT_TRUE(refused(wyvern.call("POST", "/projects", {{"name", "News"}}), 409, "project.name_taken"));
  EXPECT_EQ(wyvern.call("GET", "/projects").body.size(), 1U);
  EXPECT_EQ(wyvern.call("GET", "/projects/" + id).body["name"], "News");
  EXPECT_EQ(wyvern.call("DELETE", "/projects/" + id).status, 200);
  EXPECT_TRUE(refused(wyvern.call("DELETE", "/projects/" + id), 404, "project.not_found"));
}

TEST_F(Projects, WithChannelsLeftAreNotRemoved) {
  const auto id = project("News");
  const auto channel = wyvern.channel({{"project_id", id}});
  const auto kept = wyvern.call("DELETE", "/projects/" + id);
  EXPECT_TRUE(refused(kept, 409, "project.in_use"));
  EXPECT_EQ(kept.body["detail"]["channels"], 1);
  ASSERT_EQ(wyvern.call("DELETE", "/playout/channels/" + channel).status, 200);
  EXPECT_EQ(wyvern.call("DELETE", "/projects/" + id).status, 200);
}

TEST_F(Projects, LetASecondPersonSeeAndDoWhatTheyMayAndNothingElse) {
  const auto news = project("News");
  const auto sports = project("Sports");
  const auto ann = person("ann");
  const auto session = sign_in("ann");
  const auto own = wyvern.channel({{"name", "Own"}, {"project_id", news}});
  const auto foreign = wyvern.channel({{"name", "Foreign"}, {"project_id", sports}});
  const auto nobodys = wyvern.channel({{"name", "Nobody's"}});
  const auto channels = [&] { return as(session, "GET", "/playout/channels").body; };
  const auto rename = [&](const std::string& id) {
    return as(session, "PATCH", "/playout/channels/" + id, {{"name", "Renamed"}}).status;
  };
  EXPECT_EQ(channels(), Json::array());

  allow(news, ann, "view");
  ASSERT_EQ(channels().size(), 1U);
  EXPECT_EQ(channels()[0]["id"], own);
  EXPECT_EQ(rename(own), 403);
  EXPECT_EQ(as(session, "GET", "/projects").body.size(), 1U);
  EXPECT_EQ(as(session, "GET", "/auth/me").body["projects"][0]["permission"], "view");

  allow(news, ann, "edit");
  EXPECT_EQ(rename(own), 200);
  for (const auto& id : {foreign, nobodys}) {
    EXPECT_EQ(rename(id), 403);
    EXPECT_EQ(as(session, "GET", "/playout/channels/" + id).status, 403);
  }
  EXPECT_EQ(as(session, "PATCH", "/playout/channels/" + own, {{"project_id", sports}}).status, 403)
      << "into a project that the caller may not edit";
  EXPECT_EQ(as(session, "PATCH", "/playout/channels/" + own, {{"project_id", nullptr}}).status, 403)
      << "out of every project";

  ASSERT_EQ(wyvern.call("DELETE", "/projects/" + news + "/access?person_id=" + ann).status, 200);
  EXPECT_EQ(channels(), Json::array());
  EXPECT_EQ(rename(own), 403);
}

TEST_F(Projects, TellWhoMay) {
  const auto news = project("News");
  const auto ann = person("ann");
  const auto path = "/projects/" + news + "/access";
  EXPECT_EQ(wyvern.call("GET", path).body, Json::array());
  allow(news, ann, "view");
  allow(news, ann, "edit");
  EXPECT_EQ(wyvern.call("GET", path).body,
            Json::array({{{"person_id", ann}, {"name", "ann"}, {"permission", "edit"}}}));
  EXPECT_TRUE(refused(wyvern.call("POST", path, {{"person_id", unknown_id}, {"permission", "view"}}), 404,
                      "identity.person_not_found"));
  EXPECT_EQ(wyvern.call("POST", path, {{"person_id", ann}, {"permission", "own"}}).status, 400);
  EXPECT_EQ(wyvern.call("DELETE", path + "?person_id=" + ann).body, Json::array());
  EXPECT_TRUE(refused(wyvern.call("DELETE", path + "?person_id=" + ann), 404, "project.no_access"));
}

}  // namespace
}  // namespace wyvern::test
