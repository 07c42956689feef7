#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faulty_storage.hpp"
#include "operations_caller.hpp"
#include "room.hpp"

namespace wyvern::staging {
namespace {

struct JobOperationsTest : testing::Test {
  test::ScratchFolder folder;
  test::Database database{folder.path()};
  test::FaultyStorage storage;
  std::unique_ptr<Staging> staging = [this] {
    Settings settings;
    settings.cache_dir = folder.path() / "cache";
    return std::make_unique<Staging>(Staging::Parts{
        .store = database.store, .events = database.log, .settings = settings, .storages = {storage.access()}});
  }();
  test::OperationsCaller caller;
  std::string project = database.add_project("news");

  void SetUp() override { add_operations(caller.table(), *staging, database.store); }

  std::string job(const std::optional<std::string>& in_project = std::nullopt) {
    const auto asset = database.add_asset("faulty", "clip.mp4", "ready", "1", in_project);
    return database.store.write(
        [&](store::Session& session) { return staging->queue().enqueue(session, "stage", asset, 0); });
  }
};

TEST_F(JobOperationsTest, AJobIsShownWithItsProgress) {
  const auto id = job();
  const auto answer = caller.call("staging.jobs.get", {{"id", id}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["id"], id);
  EXPECT_EQ(answer.json()["status"], "queued");
  EXPECT_EQ(answer.json()["filename"], "clip.mp4");
  EXPECT_EQ(answer.json()["bytes_done"], 0);
  EXPECT_EQ(caller.call("staging.jobs.get", {{"id", store::new_uuid()}}).status, 404);
  EXPECT_EQ(caller.call("staging.jobs.get", {{"id", "seven"}}).status, 400);
}

TEST_F(JobOperationsTest, TheListIsNewestFirstInPagesAndFiltered) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.insert(ids.begin(), job());
  const auto first = caller.call("staging.jobs.list", {{"limit", "2"}}).json();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0]["id"], ids[0]);
  const auto rest = caller.call("staging.jobs.list", {{"after", first[1]["id"]}}).json();
  ASSERT_EQ(rest.size(), 3U);
  EXPECT_EQ(rest[0]["id"], ids[2]);
  EXPECT_EQ(caller.call("staging.jobs.list", {{"status", "failed"}}).json().size(), 0U);
  EXPECT_EQ(caller.call("staging.jobs.list", {{"type", "stage"}, {"status", "queued"}}).json().size(), 5U);
  EXPECT_EQ(caller.call("staging.jobs.list", {{"status", "lost"}}).status, 400);
  EXPECT_EQ(caller.call("staging.jobs.list", {{"after", store::new_uuid()}}).status, 400);
}

TEST_F(JobOperationsTest, AJobBelongsToItsAssetsProject) {
  const auto mine = job(project);
  const auto theirs = job();
  caller.access().allow("ada", project, false);
  EXPECT_EQ(caller.call("staging.jobs.get", {{"id", mine}}, nullptr, "ada").status, 200);
  EXPECT_EQ(caller.call("staging.jobs.get", {{"id", theirs}}, nullptr, "ada").status, 403);
  const auto list = caller.call("staging.jobs.list", {}, nullptr, "ada").json();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["id"], mine);
  EXPECT_EQ(caller.call("staging.jobs.cancel", {{"id", mine}}, nullptr, "ada").status, 403);
  EXPECT_EQ(caller.call("staging.jobs.list", {}, nullptr, "").status, 401);
  caller.access().allow("ada", project, true);
  EXPECT_EQ(caller.call("staging.jobs.cancel", {{"id", mine}}, nullptr, "ada").json()["error_message"],
            "cancelled by ada");
}

TEST_F(JobOperationsTest, RetryAndCancelRefuseWhatTheStateDoesNotAllow) {
  const auto id = job();
  const auto retry = caller.call("staging.jobs.retry", {{"id", id}});
  EXPECT_EQ(retry.status, 409);
  EXPECT_EQ(retry.error(), "the job is queued; only one that failed or was cancelled can be tried again");
  EXPECT_EQ(caller.call("staging.jobs.cancel", {{"id", id}}).json()["status"], "cancelled");
  EXPECT_EQ(caller.call("staging.jobs.cancel", {{"id", id}}).status, 409);
  EXPECT_EQ(database.text("SELECT status FROM media_cache"), "error");
  EXPECT_EQ(caller.call("staging.jobs.retry", {{"id", id}}).json()["status"], "queued");
  EXPECT_EQ(database.text("SELECT status FROM media_cache"), "pending");
}

}  // namespace
}  // namespace wyvern::staging
