// Lists page with `limit` and `after`: the pages are the whole list, though rows have one time, and though rows come
// and go between two pages.
#include <algorithm>
#include <fstream>
#include <functional>

#include "people.hpp"
#include "stored.hpp"

namespace wyvern::test {
namespace {

using Ids = std::vector<std::string>;

class Paging : public PeopleContract {
 protected:
  // A list, and how what it shows comes and goes.
  struct List {
    std::string path;
    std::string table;  // whose rows shall stand at one place; none: it is not ordered by time
    std::function<void(int number)> add;
    std::function<void(const std::string& id)> remove;  // none: nothing goes
    std::string id = "id";                              // of what `after` names
    std::string place = "created_at";                   // the column that orders it
  };

  // The path, which may have a query, with another field of it.
  static std::string with(const std::string& path, const std::string& field) {
    return path + (path.find('?') == std::string::npos ? "?" : "&") + field;
  }
  Ids ids(const List& list, const std::string& path, const std::string& token) const {
    const auto answer = as(token, "GET", path);
    EXPECT_EQ(answer.status, 200) << answer.text;
    Ids all;
    for (const auto& one : answer.body)
      all.push_back(one[list.id].is_string() ? one[list.id] : Json(one[list.id].dump()));
    return all;
  }
  Ids page(const List& list, std::size_t limit, const Ids& before, const std::string& token) const {
    auto path = with(list.path, "limit=" + std::to_string(limit));
    if (!before.empty()) path = with(path, "after=" + before.back());
    return ids(list, path, token);
  }
  // What follows `seen`, in pages, with it.
  Ids rest(const List& list, std::size_t limit, Ids seen, const std::string& token) const {
    for (;;) {
      const auto next = page(list, limit, seen, token);
      EXPECT_LE(next.size(), limit);
      seen.insert(seen.end(), next.begin(), next.end());
      if (next.size() < limit || seen.size() > 100) return seen;
    }
  }

  void expect_the_whole_in_pages(const List& list, const std::string& token) const {
    const auto whole = ids(list, list.path, token);
    ASSERT_GE(whole.size(), 5U) << list.path;
    for (const std::size_t limit : {std::size_t{1}, std::size_t{2}, whole.size(), std::size_t{500}}) {
      EXPECT_EQ(rest(list, limit, {}, token), whole) << list.path << " by " << limit;
    }
  }

  void expect_nothing_lost_while_rows_come_and_go(const List& list) const {
    const auto whole = ids(list, list.path, wyvern.token());
    const auto seen = page(list, 2, {}, wyvern.token());
    ASSERT_EQ(seen.size(), 2U);
    Ids gone;
    if (list.remove) {
      gone = {whole[0], whole[3]};
      for (const auto& id : gone) list.remove(id);
    }
    list.add(90);
    const auto joined = rest(list, 2, seen, wyvern.token());
    for (const auto& id : whole) {
      const bool unseen_and_gone = std::find(gone.begin() + (gone.empty() ? 0 : 1), gone.end(), id) != gone.end();
      EXPECT_EQ(std::count(joined.begin(), joined.end(), id), unseen_and_gone ? 0 : 1) << list.path;
    }
    for (const auto& id : joined) EXPECT_EQ(std::count(joined.begin(), joined.end(), id), 1) << list.path;
  }

  void expect_pages(const List& list) {
    for (int number = 0; number < 6; ++number) list.add(number);
    if (!list.table.empty()) {
      touch_store(wyvern, "UPDATE " + list.table + " SET " + list.place + " = (SELECT MIN(" + list.place + ") FROM " +
                              list.table + ")");
    }
    expect_the_whole_in_pages(list, wyvern.token());
    expect_nothing_lost_while_rows_come_and_go(list);
    for (const char* wrong : {"limit=0", "limit=501", "limit=many", "after=seven"}) {
      EXPECT_TRUE(refused(wyvern.call("GET", with(list.path, wrong)), 400, "field.invalid")) << wrong;
    }
  }
  void expect_pages_by_id(const List& list) {
    expect_pages(list);
    EXPECT_TRUE(refused(wyvern.call("GET", with(list.path, std::string("after=") + unknown_id)), 400, "page.after"));
  }

  std::string asset(int number) const {
    const auto key = std::to_string(number) + ".ts";
    std::ofstream(wyvern.library() / key) << "no media";
    const auto made = wyvern.call("POST", "/assets", {{"key", key}});
    EXPECT_EQ(made.status, 201) << made.text;
    return made.body["id"];
  }
  void gone(const std::string& path) const {
    const auto answer = wyvern.call("DELETE", path);
    EXPECT_EQ(answer.status, 200) << answer.text;
  }
};

std::string named(int number) { return "Name " + std::to_string(number); }

TEST_F(Paging, OfPlaylists) {
  const auto channel = wyvern.channel();
  expect_pages_by_id(
      {"/playout/playlists?channel_id=" + channel, "playout_playlists",
       [&](int number) {
         (void)wyvern.call("POST", "/playout/playlists", {{"channel_id", channel}, {"name", named(number)}});
       },
       [&](const std::string& id) { gone("/playout/playlists/" + id); }});
}

TEST_F(Paging, OfChannels) {
  expect_pages_by_id({"/playout/channels", "playout_channels",
                      [&](int number) {
                        (void)wyvern.channel({{"name", named(number)}});
                      },
                      [&](const std::string& id) { gone("/playout/channels/" + id); }});
}

TEST_F(Paging, OfChannelsThatSomebodyMayView) {
  const auto news = project("News");
  const auto ann = person("ann");
  allow(news, ann, "view");
  for (int number = 0; number < 12; ++number) {
    const Json in = number % 2 == 0 ? Json{{"project_id", news}} : Json::object();
    (void)wyvern.channel(in);
  }
  const List list{"/playout/channels", "", {}, {}};
  const auto session = token(ann);
  expect_the_whole_in_pages(list, session);
  EXPECT_EQ(ids(list, list.path, session).size(), 6U);
}

TEST_F(Paging, OfItems) {
  const auto clip = asset(0);
  const auto path = "/playout/playlists/" + wyvern.playlist(wyvern.channel(), {}) + "/items";
  expect_pages_by_id({path, "playout_items",
                      [&](int) {
                        EXPECT_EQ(wyvern.call("POST", path, {{"asset_id", clip}}).status, 201);
                      },
                      [&](const std::string& id) { gone("/playout/items/" + id); }, "id", "sort_order"});
}

TEST_F(Paging, OfAssets) {
  expect_pages_by_id({"/assets", "assets", [&](int number) { (void)asset(number); },
                      [&](const std::string& id) { gone("/assets/" + id); }});
}

TEST_F(Paging, OfJobs) {
  expect_pages_by_id({"/jobs", "jobs", [&](int number) { (void)asset(number); },
                      [&](const std::string& id) {
                        gone("/assets/" + wyvern.call("GET", "/jobs/" + id).body["asset_id"].get<std::string>());
                      }});
}

// A filter is of the rows that are shown, not of the one that they come behind.
TEST_F(Paging, GoesOnBehindARowThatTheFilterHasLostMeanwhile) {
  for (int number = 0; number < 3; ++number) (void)asset(number);
  ASSERT_TRUE(await([&] { return wyvern.call("GET", "/jobs?status=failed").body.size() == 3; }));
  const auto all = wyvern.call("GET", "/jobs").body;
  ASSERT_EQ(wyvern.call("DELETE", "/assets/" + all[1]["asset_id"].get<std::string>()).status, 200);
  const auto behind = "/jobs?after=" + all[0]["id"].get<std::string>();
  EXPECT_EQ(wyvern.call("GET", behind + "&status=succeeded").body.size(), 0U);
  ASSERT_EQ(wyvern.call("GET", behind + "&status=failed").body.size(), 1U);
  EXPECT_EQ(wyvern.call("GET", behind + "&status=failed").body[0]["id"], all[2]["id"]);
}

TEST_F(Paging, OfPeople) {
  expect_pages_by_id({"/users", "",
                      [&](int number) {
                        EXPECT_EQ(wyvern.call("POST", "/users", {{"name", named(number)}}).status, 201);
                      },
                      [&](const std::string& id) {
                        if (wyvern.call("GET", "/users/" + id).body["administrator"] == false) gone("/users/" + id);
                      }});
}

TEST_F(Paging, OfTokens) {
  const auto ann = person("ann");
  expect_pages_by_id({"/tokens?person_id=" + ann, "tokens", [&](int) { (void)token(ann); },
                      [&](const std::string& id) { gone("/tokens/" + id); }});
}

TEST_F(Paging, OfProjects) {
  expect_pages_by_id({"/projects", "", [&](int number) { (void)project(named(number)); },
                      [&](const std::string& id) { gone("/projects/" + id); }});
}

TEST_F(Paging, OfProjectsThatSomebodyMayView) {
  const auto ann = person("ann");
  for (int number = 0; number < 12; ++number) {
    const auto id = project(named(number));
    if (number % 2 == 0) allow(id, ann, "view");
  }
  expect_the_whole_in_pages({"/projects", "", {}, {}}, token(ann));
}

TEST_F(Paging, OfWhoMayInAProject) {
  const auto path = "/projects/" + project("News") + "/access";
  expect_pages_by_id({path, "",
                      [&](int number) {
                        const auto made = wyvern.call("POST", "/users", {{"name", named(number)}});
                        (void)wyvern.call("POST", path, {{"person_id", made.body["id"]}, {"permission", "view"}});
                      },
                      [&](const std::string& id) { gone(path + "?person_id=" + id); }, "person_id"});
}

TEST_F(Paging, OfTheAudit) {
  expect_pages(
      {"/audit?operation=projects.create", "", [&](int number) { (void)project(named(number)); }, {}, "number"});
}

}  // namespace
}  // namespace wyvern::test
