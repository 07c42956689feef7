#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqlite_plugin.hpp"

namespace wyvern::test {

namespace {

namespace fs = std::filesystem;

Error fault_of_prepare(const std::string& path) {
  const auto instance = sqlite_instance(path);
  const auto prepared = instance->prepare();
  if (prepared.ok()) {
    ADD_FAILURE() << "this database should have been refused: " << path;
    return {};
  }
  return prepared.error();
}

unsigned mode_of(const std::string& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

}  // namespace

TEST(SqliteFile, It_is_made_with_its_folder_for_this_user_alone) {
  const ScratchFolder folder;
  const auto instance = sqlite_instance(folder / "var/lib/state.db");
  instance->run();
  EXPECT_OK(SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw().script("CREATE TABLE t (i)"));
  EXPECT_EQ(mode_of(folder / "var"), 0700U);
  EXPECT_EQ(mode_of(folder / "var/lib"), 0700U);
  EXPECT_EQ(mode_of(folder / "var/lib/state.db"), 0600U);
  EXPECT_EQ(mode_of(folder / "var/lib/state.db-wal"), 0600U);
}

TEST(SqliteFile, What_is_no_database_is_refused_with_a_remedy_and_left_as_it_is) {
  const ScratchFolder folder;
  const std::string content(8192, 'x');
  put_file(folder / "state.db", content);
  const auto error = fault_of_prepare(folder / "state.db");
  EXPECT_EQ(error.code, "store.corrupt");
  EXPECT_THAT(error.message, testing::HasSubstr("backup"));
  EXPECT_THAT(error.message, testing::HasSubstr("state.db"));
  EXPECT_EQ(get_file(folder / "state.db"), content);
}

TEST(SqliteFile, A_truncated_database_is_refused) {
  const ScratchFolder folder;
  {
    const auto instance = sqlite_instance(folder / "state.db");
    instance->run();
    auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
    EXPECT_OK(session.execute("CREATE TABLE things (t TEXT)"));
    EXPECT_OK(session.execute("INSERT INTO things VALUES ($1)", {Value::of(std::string(100'000, 'x'))}));
  }
  fs::resize_file(folder / "state.db", 8192);
  EXPECT_EQ(fault_of_prepare(folder / "state.db").code, "store.corrupt");
}

TEST(SqliteFile, A_folder_in_its_place_is_refused) {
  const ScratchFolder folder;
  fs::create_directory(folder / "state.db");
  const auto error = fault_of_prepare(folder / "state.db");
  EXPECT_EQ(error.status, WYV_INVALID);
  EXPECT_THAT(error.message, testing::HasSubstr("is a folder"));
}

TEST(SqliteFile, A_file_where_its_folder_should_be_is_refused) {
  const ScratchFolder folder;
  put_file(folder / "var", "");
  EXPECT_THAT(fault_of_prepare(folder / "var/state.db").message, testing::HasSubstr("var"));
}

TEST(SqliteFile, A_second_controller_is_refused_with_the_pid_of_the_first) {
  const ScratchFolder folder;
  const auto first = sqlite_instance(folder / "state.db");
  first->run();
  const auto error = fault_of_prepare(folder / "state.db");
  EXPECT_EQ(error.status, WYV_CONFLICT);
  EXPECT_EQ(error.code, "store.in_use");
  EXPECT_THAT(error.message, testing::HasSubstr(std::to_string(getpid())));
  ASSERT_TRUE(first->stop().ok());
  EXPECT_TRUE(sqlite_instance(folder / "state.db")->prepare().ok());
}

TEST(SqliteFile, A_symbolic_link_to_a_database_in_use_is_seen_through) {
  const ScratchFolder folder;
  const auto first = sqlite_instance(folder / "state.db");
  first->run();
  fs::create_symlink(folder / "state.db", folder / "link.db");
  EXPECT_EQ(fault_of_prepare(folder / "link.db").code, "store.in_use");
}

// A small disk of a test's own, read-only when asked. Needs the rights of an administrator.
class SmallDisk {
 public:
  explicit SmallDisk(const char* options) {
    if (::mount("wyvern-test", folder_.path().c_str(), "tmpfs", 0, options) != 0)
      throw std::runtime_error("these tests mount a small disk, which needs root");
  }
  ~SmallDisk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
  void make_read_only() {
    if (::mount(nullptr, folder_.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      throw std::runtime_error("cannot make the disk read-only");
  }
  std::string operator/(std::string_view name) const { return folder_ / name; }

 private:
  ScratchFolder folder_;
};

TEST(SqliteFile, A_full_disk_is_told_and_nothing_is_lost) {
  const SmallDisk disk("size=1m");
  const auto instance = sqlite_instance(disk / "state.db");
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
  EXPECT_OK(session.execute("CREATE TABLE things (id BIGINT, t TEXT)"));
  EXPECT_OK(session.execute("INSERT INTO things VALUES (1, 'kept')"));
  EXPECT_OK(session.begin());
  Error error;
  for (int i = 0; i < 100 && error.code.empty(); ++i) {
    const auto outcome = session.execute("INSERT INTO things VALUES (2, $1)", {Value::of(std::string(100'000, 'x'))});
    if (!outcome.ok()) error = outcome.error();
  }
  if (error.code.empty()) error = session.commit().error();
  EXPECT_EQ(error.status, WYV_EXHAUSTED) << error.message;
  EXPECT_EQ(error.code, "store.full");
  (void)session.rollback();
  EXPECT_EQ(session.execute("SELECT id, t FROM things").or_throw().rows,
            (std::vector<Row>{{Value::int64(1), Value::of("kept")}}));
  EXPECT_OK(session.execute("DELETE FROM things"));
}

TEST(SqliteFile, A_read_only_disk_is_refused_with_a_remedy) {
  SmallDisk disk("size=1m");
  disk.make_read_only();
  const auto error = fault_of_prepare(disk / "state.db");
  EXPECT_EQ(error.status, WYV_DENIED);
  EXPECT_THAT(error.message, testing::HasSubstr("state.db"));
}

}  // namespace wyvern::test
