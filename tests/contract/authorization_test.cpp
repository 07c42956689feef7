// Who may do what: every operation, by every kind of person, in every kind of place. An operation that is not listed
// here fails the test: say who may call it, and what it is about.
#include <fstream>
#include <set>

#include "people.hpp"

namespace wyvern::test {
namespace {

enum class Asks { nothing, signed_in, view, edit, administrator };

// What the call names, and by that the project that it is about.
enum class About {
  nothing,
  channel,
  playlist,
  item,
  asset,
  job,
  project,
  project_in_body,
  channel_in_fields,
  anything
};

struct Row {
  const char* operation;
  Asks asks;
  About about;
};

constexpr Row rows[] = {
    {"audit.list", Asks::administrator, About::nothing},
    {"audit.verify", Asks::administrator, About::nothing},
    {"auth.change-password", Asks::signed_in, About::nothing},
    {"auth.login", Asks::nothing, About::nothing},
    {"auth.logout", Asks::signed_in, About::nothing},
    {"auth.me", Asks::signed_in, About::nothing},
    {"auth.methods", Asks::nothing, About::nothing},
    {"auth.oidc.begin", Asks::nothing, About::nothing},
    {"auth.oidc.login", Asks::nothing, About::nothing},
    {"auth.totp.begin", Asks::signed_in, About::nothing},
    {"auth.totp.confirm", Asks::signed_in, About::nothing},
    {"auth.totp.remove", Asks::signed_in, About::nothing},
    {"events.stream", Asks::signed_in, About::nothing},
    {"library.assets.create", Asks::edit, About::project_in_body},
    {"library.assets.delete", Asks::edit, About::asset},
    {"library.assets.finalize", Asks::edit, About::asset},
    {"library.assets.get", Asks::view, About::asset},
    {"library.assets.list", Asks::signed_in, About::nothing},
    {"library.assets.stream", Asks::view, About::asset},
    {"library.assets.update", Asks::edit, About::asset},
    {"playout.channels.asrun", Asks::view, About::channel},
    {"playout.channels.create", Asks::edit, About::project_in_body},
    {"playout.channels.delete", Asks::edit, About::channel},
    {"playout.channels.get", Asks::view, About::channel},
    {"playout.channels.list", Asks::signed_in, About::nothing},
    {"playout.channels.pause", Asks::edit, About::channel},
    {"playout.channels.play", Asks::edit, About::channel},
    {"playout.channels.preview", Asks::view, About::channel},
    {"playout.channels.preview-ticket", Asks::view, About::channel},
    {"playout.channels.resume", Asks::edit, About::channel},
    {"playout.channels.skip", Asks::edit, About::channel},
    {"playout.channels.start", Asks::edit, About::channel},
    {"playout.channels.status", Asks::view, About::channel},
    {"playout.channels.stop", Asks::edit, About::channel},
    {"playout.channels.stop-playback", Asks::edit, About::channel},
    {"playout.channels.update", Asks::edit, About::channel},
    {"playout.items.append", Asks::edit, About::playlist},
    {"playout.items.delete", Asks::edit, About::item},
    {"playout.items.get", Asks::view, About::item},
    {"playout.items.list", Asks::view, About::playlist},
    {"playout.items.stage", Asks::edit, About::item},
    {"playout.items.update", Asks::edit, About::item},
    {"playout.playlists.create", Asks::edit, About::channel_in_fields},
    {"playout.playlists.delete", Asks::edit, About::playlist},
    {"playout.playlists.get", Asks::view, About::playlist},
    {"playout.playlists.list", Asks::view, About::channel_in_fields},
    {"playout.playlists.reorder", Asks::edit, About::playlist},
    {"playout.playlists.update", Asks::edit, About::playlist},
    {"projects.access.give", Asks::administrator, About::project},
    {"projects.access.list", Asks::administrator, About::project},
    {"projects.access.take", Asks::administrator, About::project},
    {"projects.create", Asks::administrator, About::nothing},
    {"projects.delete", Asks::administrator, About::project},
    {"projects.get", Asks::view, About::project},
    {"projects.list", Asks::signed_in, About::nothing},
    {"staging.jobs.cancel", Asks::edit, About::job},
    {"staging.jobs.get", Asks::view, About::job},
    {"staging.jobs.list", Asks::signed_in, About::nothing},
    {"staging.jobs.retry", Asks::edit, About::job},
    {"system.healthz", Asks::nothing, About::nothing},
    {"system.metrics", Asks::nothing, About::nothing},
    {"system.readyz", Asks::nothing, About::nothing},
    {"system.version", Asks::signed_in, About::nothing},
    {"tokens.create", Asks::signed_in, About::nothing},
    {"tokens.delete", Asks::signed_in, About::anything},
    {"tokens.list", Asks::signed_in, About::nothing},
    {"users.create", Asks::administrator, About::nothing},
    {"users.delete", Asks::administrator, About::anything},
    {"users.get", Asks::administrator, About::anything},
    {"users.list", Asks::administrator, About::nothing},
    {"users.update", Asks::administrator, About::anything},
};

enum class Where { own, foreign, none };
enum class Who { anonymous, viewer, editor, foreign_editor, administrator };

constexpr std::pair<Where, const char*> places[] = {
    {Where::own, "own"}, {Where::foreign, "foreign"}, {Where::none, "no project"}};
constexpr std::pair<Who, const char*> callers[] = {{Who::anonymous, "anonymous"},
                                                   {Who::viewer, "viewer"},
                                                   {Who::editor, "editor"},
                                                   {Who::foreign_editor, "foreign editor"},
                                                   {Who::administrator, "administrator"}};

bool may(Who who, Asks asks, Where where) {
  if (asks == Asks::nothing || who == Who::administrator) return true;
  if (who == Who::anonymous || asks == Asks::administrator) return false;
  if (asks == Asks::signed_in) return true;
  if (where == Where::none) return false;
  if (who == Who::foreign_editor) return where == Where::foreign;
  return where == Where::own && (asks == Asks::view || who == Who::editor);
}

class Authorization : public PeopleContract {
 protected:
  // What there is in one place.
  struct Things {
    Json project;  // null in no project
    std::string channel, playlist, item, asset, job;
  };

  Authorization() {
    for (const auto& [where, name] : places) things[where] = made(where, name);
    const auto add = [&](Who who, const char* name, Where where, const char* permission) {
      const auto id = person(name);
      allow(things[where].project, id, permission);
      tokens[who] = token(id);
    };
    tokens[Who::anonymous] = "";
    tokens[Who::administrator] = wyvern.token();
    add(Who::viewer, "viewer", Where::own, "view");
    add(Who::editor, "editor", Where::own, "edit");
    add(Who::foreign_editor, "foreign editor", Where::foreign, "edit");
  }

  Things made(Where where, const std::string& name) const {
    Things there;
    if (where != Where::none) there.project = project(name);
    const Json in = there.project.is_null() ? Json::object() : Json{{"project_id", there.project}};
    there.channel = wyvern.channel(in);
    there.playlist =
        wyvern.call("POST", "/playout/playlists", {{"channel_id", there.channel}, {"name", "List"}}).body["id"];
    std::ofstream(wyvern.library() / (name + ".ts")) << "no media";
    Json asset = in;
    asset["key"] = name + ".ts";
    there.asset = wyvern.call("POST", "/assets", asset).body["id"];
    for (const auto& job : wyvern.call("GET", "/jobs").body) {
      if (job["asset_id"] == there.asset) there.job = job["id"];
    }
    const auto item =
        wyvern.call("POST", "/playout/playlists/" + there.playlist + "/items", {{"asset_id", there.asset}});
    EXPECT_EQ(item.status, 201) << item.text;
    there.item = item.body["id"];
    EXPECT_FALSE(there.job.empty());
    return there;
  }

  static std::string id_of(About about, const Things& there) {
    switch (about) {
      case About::channel:
        return there.channel;
      case About::playlist:
        return there.playlist;
      case About::item:
        return there.item;
      case About::asset:
        return there.asset;
      case About::job:
        return there.job;
      case About::project:
        return there.project.is_null() ? unknown_id : there.project.get<std::string>();
      default:
        return unknown_id;
    }
  }

  // Calls the operation about what is in that place, with a field that no operation knows: whoever may call is told so,
  // by a 400, and nothing is done.
  long call(const Row& row, const std::string& method, std::string path, Who who, const Things& there) const {
    // A provider sends browsers back with fields that nobody knows: there it is told that the state is missing.
    const char* named = std::string_view(row.operation) == "auth.oidc.login" ? "state" : "matrix";
    const auto status_of = [&](const Answer& answer) {
      EXPECT_TRUE(answer.status != 400 || answer.text.find(named) != std::string::npos)
          << row.operation << " does not name the field: " << answer.text;
      return answer.status;
    };
    Json fields = {{"matrix", 1}};
    if (row.about == About::project_in_body) fields["project_id"] = there.project;
    if (row.about == About::channel_in_fields) fields["channel_id"] = there.channel;
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id_of(row.about, there));
    // The one that asks by itself, since a ticket does as well: who may is told that there is no picture.
    if (const auto at = path.find("{file}"); at != std::string::npos) {
      return as(tokens.at(who), method, path.replace(at, 6, "index.m3u8")).status == 404
                 ? 400
                 : as(tokens.at(who), method, path).status;
    }
    if (method != "GET" && method != "DELETE") return status_of(as(tokens.at(who), method, path, fields));
    std::string query;
    for (const auto& [name, value] : fields.items()) {
      query += (query.empty() ? "?" : "&") + name + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return status_of(as(tokens.at(who), method, path + query));
  }

  std::map<Where, Things> things;
  std::map<Who, std::string> tokens;
};

TEST_F(Authorization, IsAsListedForEveryOperationEveryPersonAndEveryPlace) {
  std::map<std::string, std::pair<std::string, std::string>> known;  // method and path by operation
  const auto document = wyvern.call("GET", "/openapi.json").body;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      known[operation["operationId"]] = {upper, path};
    }
  }
  std::set<std::string> listed;
  int calls = 0;
  for (const auto& row : rows) {
    listed.insert(row.operation);
    ASSERT_TRUE(known.contains(row.operation)) << row.operation << " is listed here and does not exist";
    const auto& [method, path] = known[row.operation];
    for (const auto& [where, place] : places) {
      if (row.about == About::nothing && where != Where::none) continue;
      // A project is a place itself; there is none without.
      if (row.about == About::project && where == Where::none) continue;
      for (const auto& [who, caller] : callers) {
        const long expected = may(who, row.asks, where) ? 400 : who == Who::anonymous ? 401 : 403;
        EXPECT_EQ(call(row, method, path, who, things[where]), expected)
            << row.operation << " by " << caller << " in " << place;
        ++calls;
      }
    }
  }
  for (const auto& [operation, where] : known) {
    EXPECT_TRUE(listed.contains(operation)) << operation << " is not listed: who may call it?";
  }
  EXPECT_GT(calls, 500);
}

TEST_F(Authorization, ListsShowWhatTheCallerMayView) {
  const auto ids = [&](Who who, const std::string& path) {
    std::set<std::string> found;
    for (const auto& one : as(tokens[who], "GET", path).body) found.insert(one["id"]);
    return found;
  };
  for (const auto& [path, field] : {std::pair{"/playout/channels", &Things::channel}, {"/assets", &Things::asset}}) {
    const auto in = [&](Where where) { return things[where].*field; };
    EXPECT_EQ(ids(Who::viewer, path), std::set{in(Where::own)}) << path;
    EXPECT_EQ(ids(Who::editor, path), std::set{in(Where::own)}) << path;
    EXPECT_EQ(ids(Who::foreign_editor, path), std::set{in(Where::foreign)}) << path;
    EXPECT_EQ(ids(Who::administrator, path), (std::set{in(Where::own), in(Where::foreign), in(Where::none)})) << path;
  }
  EXPECT_TRUE(ids(Who::viewer, "/jobs").contains(things[Where::own].job));
  EXPECT_FALSE(ids(Who::viewer, "/jobs").contains(things[Where::foreign].job));
  EXPECT_FALSE(ids(Who::viewer, "/jobs").contains(things[Where::none].job));
}

TEST_F(Authorization, Mended_Case36_AnItemNamesNoAssetThatTheCallerMayNotView) {
  const auto append = [&](Who who, const std::string& asset) {
    return as(tokens[who], "POST", "/playout/playlists/" + things[Where::own].playlist + "/items",
              {{"asset_id", asset}})
        .status;
  };
  EXPECT_EQ(append(Who::editor, things[Where::own].asset), 201);
  EXPECT_EQ(append(Who::editor, things[Where::foreign].asset), 403);
  EXPECT_EQ(append(Who::editor, things[Where::none].asset), 403);
  EXPECT_EQ(append(Who::administrator, things[Where::foreign].asset), 201);
}

TEST_F(Authorization, Mended_Case35_NothingIsMovedToWhereTheCallerMayNotEditNorOutOfEveryProject) {
  const auto& own = things[Where::own];
  const auto& foreign = things[Where::foreign];
  for (const auto& path : {"/playout/channels/" + own.channel, "/assets/" + own.asset}) {
    const auto move = [&](Who who, const Json& to) {
      return as(tokens[who], "PATCH", path, {{"project_id", to}}).status;
    };
    EXPECT_EQ(move(Who::editor, foreign.project), 403) << path;
    EXPECT_EQ(move(Who::editor, nullptr), 403) << path;
    EXPECT_EQ(move(Who::foreign_editor, foreign.project), 403) << path << ": out of where the caller may not edit";
    EXPECT_EQ(wyvern.call("GET", path).body["project_id"], own.project) << path;
    const auto both = person("both " + path);
    allow(own.project, both, "edit");
    allow(foreign.project, both, "view");
    const auto token_of_both = token(both);
    const auto move_by_both = [&] {
      return as(token_of_both, "PATCH", path, {{"project_id", foreign.project}}).status;
    };
    EXPECT_EQ(move_by_both(), 403) << path << ": view is not enough there";
    allow(foreign.project, both, "edit");
    EXPECT_EQ(move_by_both(), 200) << path;
    EXPECT_EQ(move(Who::administrator, nullptr), 200) << path;
    EXPECT_EQ(wyvern.call("GET", path).body["project_id"], nullptr) << path;
  }
}

}  // namespace
}  // namespace wyvern::test
