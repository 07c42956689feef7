#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sqlite_plugin.hpp"

namespace wyvern::test {

// A process that writes numbers, each in a transaction, tells each one after its commit, and is killed in the middle.
TEST(SqliteDurability, What_was_committed_is_there_after_a_kill_and_what_was_not_is_not) {
  const ScratchFolder folder;
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto instance = sqlite_instance(folder / "state.db");
    instance->run();
    auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_WRITE).or_throw();
    (void)session.execute("CREATE TABLE things (id BIGINT PRIMARY KEY, twin BIGINT)");
    for (std::int64_t i = 0;; ++i) {
      session.begin().or_throw();
      (void)session.execute("INSERT INTO things VALUES ($1, 0)", {Value::int64(i)});
      (void)session.execute("UPDATE things SET twin = id WHERE id = $1", {Value::int64(i)});
      session.commit().or_throw();
      if (write(told[1], &i, sizeof i) != sizeof i) _exit(1);
    }
  }
  close(told[1]);
  std::int64_t last = -1;
  while (last < 200) ASSERT_EQ(read(told[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  for (std::int64_t more = 0; read(told[0], &more, sizeof more) == sizeof more;) last = more;
  close(told[0]);

  const auto instance = sqlite_instance(folder / "state.db");
  instance->run();
  auto session = SessionClient::open(StoreClient(*instance), WYV_SESSION_READ).or_throw();
  const auto answer = session.execute("SELECT count(*), max(id), sum(id - twin) FROM things").or_throw();
  EXPECT_GE(answer.rows[0][1].integer, last);
  EXPECT_LE(answer.rows[0][1].integer, last + 1);  // committed, and killed before it was told
  EXPECT_EQ(answer.rows[0][0].integer, answer.rows[0][1].integer + 1);
  EXPECT_EQ(answer.rows[0][2].integer, 0);
}

}  // namespace wyvern::test
