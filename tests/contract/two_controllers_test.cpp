// Two controllers on one PostgreSQL: what one does, the other shows without waiting for its next look at the log.
#include <cstdio>
#include <memory>

#include "contract.hpp"

namespace wyvern::test {
namespace {

using namespace std::chrono_literals;

// Streams look at the log by themselves with every sign of life, every 15 s.
constexpr auto well_before_the_next_look = 6s;

class TwoControllers : public ::testing::Test {
 protected:
  Deployment::Options on_the_server() const {
    Json store = server.store("shared");
    store["plugin"] = "store-postgres";
    store["path"] = nullptr;
    return {.sections = {{"stores", {{"main", store}}}, {"staging", {{"poll_ms", 60000}}}}};
  }
  // Makes a channel at one controller and waits for its event in the stream of the other.
  void expect_heard(const Deployment& from, const Deployment& to, const std::string& name,
                    std::chrono::milliseconds within = well_before_the_next_look) const {
    const auto made = from.call("POST", "/playout/channels", {{"name", name}});
    ASSERT_EQ(made.status, 201) << made.text;
    const auto of_it = [&](const Json& event) { return event["subject"] == made.body["id"]; };
    EXPECT_NO_THROW(to.event("playout.channel.changed", of_it, within)) << name;
  }

  const PostgresServer server;
  const Deployment one{on_the_server()};
  const Deployment other{on_the_server()};
};

TEST_F(TwoControllers, HearOfEachOthersEventsBeforeTheyWouldLook) {
  expect_heard(one, other, "from one");
  expect_heard(other, one, "from the other");
  for (int i = 0; i < 10; ++i) expect_heard(one, other, "again " + std::to_string(i));
}

TEST_F(TwoControllers, HearAgainAfterTheirConnectionsWereEnded) {
  expect_heard(one, other, "before");
  const std::string command = "psql -qAt '" +
                              [&] {
                                const Json store = server.store("shared");
                                return "host=" + store["host"].get<std::string>() + " port=" + store["port"].dump() +
                                       " dbname=" + store["database"].get<std::string>() +
                                       " user=" + store["user"].get<std::string>();
                              }() +
                              "' -c \"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                              "application_name LIKE '%notifications'\"";
  std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), &::pclose);
  int ended = 0;
  ASSERT_EQ(std::fscanf(out.get(), "%d", &ended), 1);
  EXPECT_EQ(ended, 2);
  // The event of the moment in which nobody hears is found with the next connection, or by polling.
  expect_heard(one, other, "meanwhile", 30s);
  EXPECT_TRUE(other.logged("are heard again"));
  EXPECT_TRUE(one.logged("are heard again"));
  expect_heard(one, other, "after");
}

}  // namespace
}  // namespace wyvern::test
