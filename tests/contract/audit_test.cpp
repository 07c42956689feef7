// /audit over HTTP: what is kept of whom, and that it is missed when it is touched.
#include <thread>

#include "people.hpp"
#include "stored.hpp"

namespace wyvern::test {
namespace {

class Audit : public PeopleContract {
 protected:
  Json rows(const std::string& query = "") const { return wyvern.call("GET", "/audit" + query).body; }
  // The last row of an operation.
  Json last(const std::string& operation) const {
    const auto all = rows("?operation=" + operation + "&limit=1");
    return all.empty() ? Json::object() : all[0];
  }
  // `wyvern audit verify`: its status and what it said.
  std::pair<int, std::string> verify_by_command() const {
    const auto said = (wyvern.folder() / "said").string();
    const int status =
        std::system(("WYVERN_TOKEN='" + wyvern.token() + "' '" WYVERN_BUILD_DIR "/bin/wyvern' audit verify --url '" +
                     wyvern.url() + "' > '" + said + "' 2>&1")
                        .c_str());
    return {WEXITSTATUS(status), read_file(said)};
  }
  // What the verification says of the store after `sql`.
  Json fault_after(const std::string& sql) {
    touch_store(wyvern, sql);
    const auto verified = wyvern.call("GET", "/audit/verify");
    EXPECT_EQ(verified.status, 200) << verified.text;
    return verified.body.value("fault", Json());
  }
};

TEST_F(Audit, TellsWhoDidWhatToWhatWithWhatResult) {
  const auto news = project("News");
  const auto ann = person("ann");
  allow(news, ann, "edit");
  const auto session = sign_in("ann");
  const auto made = as(session, "POST", "/playout/channels",
                       {{"name", "One"}, {"project_id", news}, {"output_config", {{"url", "srt://127.0.0.1:9000"}}}});
  ASSERT_EQ(made.status, 201) << made.text;
  const auto row = last("playout.channels.create");
  EXPECT_EQ(row["person_id"], ann);
  EXPECT_EQ(row["person"], "ann");
  EXPECT_EQ(row["subject"], made.body["id"]);
  EXPECT_EQ(row["project_id"], news);
  EXPECT_EQ(row["outcome"], "done");
  EXPECT_EQ(row["status"], 201);
  EXPECT_EQ(row["remote_address"].get<std::string>().substr(0, 10), "127.0.0.1:");
  EXPECT_FALSE(row["request_id"].get<std::string>().empty());
  const auto in = last("auth.login");
  EXPECT_EQ(in["person_id"], ann);
  EXPECT_EQ(in["status"], 200);
}

TEST_F(Audit, TellsWhatWasRefusedToo) {
  const auto ann = person("ann");
  const auto session = sign_in("ann");
  const auto channel = wyvern.channel();
  const auto path = "/playout/channels/" + channel;
  ASSERT_EQ(as(session, "DELETE", path).status, 403);
  auto row = last("playout.channels.delete");
  EXPECT_EQ(row["person"], "ann");
  EXPECT_EQ(row["subject"], channel);
  EXPECT_EQ(row["outcome"], "refused");
  EXPECT_EQ(row["status"], 403);
  ASSERT_EQ(as("", "DELETE", path).status, 401);
  row = last("playout.channels.delete");
  EXPECT_EQ(row["person"], nullptr);
  EXPECT_EQ(row["status"], 401);
  EXPECT_EQ(row["code"], "access.token_required");
  ASSERT_EQ(wyvern.call("PATCH", path, {{"nmae", 1}}).status, 400);
  EXPECT_EQ(last("playout.channels.update")["status"], 400);
  ASSERT_EQ(login({{"name", "ann"}, {"password", "wrong password"}}).status, 401);
  EXPECT_EQ(last("auth.login")["subject"], ann);
}

TEST_F(Audit, HoldsNoSecret) {
  const auto ann = person("ann");
  const auto session = sign_in("ann");
  const auto made = as(session, "POST", "/tokens", {{"name", "script"}});
  login({{"name", "a password typed as a name"}, {"password", "wrong password"}});
  wyvern.channel({{"output_config", {{"url", "srt://h:1"}, {"passphrase", "a long passphrase"}}}});
  const auto all = wyvern.call("GET", "/audit?limit=500").text;
  for (const auto& secret :
       {std::string(usual_password), session, made.body["token"].get<std::string>(), std::string("wrong password"),
        std::string("a password typed as a name"), std::string("a long passphrase"), wyvern.token()}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }
}

TEST_F(Audit, HasOneRowOfACallThatOnlyWritesAndNoneOfReading) {
  const auto before = rows().size();
  project("News");
  EXPECT_EQ(rows().size(), before + 1);
  (void)wyvern.call("GET", "/projects");
  EXPECT_EQ(rows().size(), before + 1);
}

TEST_F(Audit, OfACallThatWaitsForTheWorldTellsTheBeginningAndTheEnd) {
  const auto ann = person("ann");
  const auto both = rows("?operation=users.create");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1]["outcome"], "begun");
  EXPECT_EQ(both[0]["outcome"], "done");
  EXPECT_EQ(both[0]["request_id"], both[1]["request_id"]);
  EXPECT_EQ(both[0]["subject"], ann);
}

TEST_F(Audit, IsForAdministratorsInPagesWithFilters) {
  const auto ann = person("ann");
  EXPECT_EQ(as(sign_in("ann"), "GET", "/audit").status, 403);
  for (int i = 0; i < 5; ++i) project("P" + std::to_string(i));
  const auto first = rows("?operation=projects.create&limit=3");
  ASSERT_EQ(first.size(), 3U);
  const auto second = rows("?operation=projects.create&limit=3&after=" + std::to_string(first[2]["number"].get<int>()));
  ASSERT_EQ(second.size(), 2U);
  EXPECT_LT(second[0]["number"], first[2]["number"]);
  EXPECT_EQ(rows("?subject=" + ann + "&operation=users.create").size(), 2U);
  EXPECT_EQ(rows("?outcome=refused").size(), 0U) << "reading is not kept, refused or not";
  EXPECT_EQ(rows("?person_id=" + ann).size(), 1U) << "the login's end";
}

TEST_F(Audit, CountsAFloodOfStrangersInsteadOfListingIt) {
  for (int i = 0; i < 200; ++i) ASSERT_EQ(as("", "POST", "/projects", {{"name", "x"}}).status, 401);
  EXPECT_EQ(rows("?operation=projects.create&limit=500").size(), 30U);
  wyvern.stop();
  wyvern.start();
  const auto counted = last("projects.create");
  EXPECT_EQ(counted["times"], 170);
  EXPECT_EQ(counted["code"], "access.token_required");
}

TEST_F(Audit, IsIntactAfterManyWritersAtOnceAndACrash) {
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 8; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 20; ++i) {
        const auto name = std::to_string(writer) + "-" + std::to_string(i);
        EXPECT_EQ(wyvern.call("POST", "/projects", {{"name", name}}).status, 201);
      }
    });
  }
  writers.clear();
  wyvern.kill();
  wyvern.start();
  const auto verified = wyvern.call("GET", "/audit/verify").body;
  EXPECT_TRUE(verified["intact"]) << verified;
  EXPECT_EQ(verified["rows"], 160);
  EXPECT_EQ(rows("?operation=projects.create&limit=500").size(), 160U) << "one of each that was acknowledged";
}

TEST_F(Audit, MissesWhatWasTouchedAndNamesIt) {
  for (int i = 0; i < 9; ++i) project("P" + std::to_string(i));
  EXPECT_TRUE(wyvern.call("GET", "/audit/verify").body["intact"]);
  EXPECT_EQ(fault_after("UPDATE audit SET person = 'somebody' WHERE number = 3")["number"], 3);
  EXPECT_EQ(fault_after("DELETE FROM audit WHERE number = 2")["number"], 2);
}

TEST_F(Audit, IsVerifiedFromTheCommandLine) {
  for (int i = 0; i < 3; ++i) project("P" + std::to_string(i));
  auto [status, said] = verify_by_command();
  EXPECT_EQ(status, 0) << said;
  EXPECT_EQ(said.substr(0, 15), "intact: 3 rows,");
  EXPECT_EQ(fault_after("UPDATE audit SET operation = 'projects.get' WHERE number = 2")["number"], 2);
  std::tie(status, said) = verify_by_command();
  EXPECT_EQ(status, 1);
  EXPECT_NE(said.find("row 2 was changed"), std::string::npos) << said;
}

TEST_F(Audit, MissesRowsCutOffTheEnd) {
  for (int i = 0; i < 5; ++i) project("P" + std::to_string(i));
  EXPECT_EQ(fault_after("DELETE FROM audit WHERE number > 3")["number"], 4);
}

TEST_F(Audit, MissesARowThatWasInsertedAtTheBeginning) {
  project("P");
  EXPECT_EQ(fault_after("INSERT INTO audit SELECT 0, at, person_id, person, remote_address, operation, subject, "
                        "project_id, outcome, status, code, request_id, times, previous, hash FROM audit WHERE "
                        "number = 1")["number"],
            0);
}

}  // namespace
}  // namespace wyvern::test
