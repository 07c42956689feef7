// Workers in a process of their own, killed and frozen.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "scene.hpp"

extern char** environ;

namespace wyvern::worker::testing {
namespace {

class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    input_ = in[1];
    output_ = out[0];
    arguments.insert(arguments.begin(), WYVERN_BUILD_DIR "/bin/worker_test_child");
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    if (posix_spawn(&pid_, raw[0], &actions, nullptr, raw.data(), environ) != 0) throw std::runtime_error("spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
  }
  ~Child() {
    if (pid_ > 0) send(SIGKILL);
    close(input_);
    close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Its next line, or nothing when none came in time.
  std::optional<std::string> line(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto end = read_.find('\n');
      if (end != std::string::npos) {
        std::string found = read_.substr(0, end);
        read_.erase(0, end + 1);
        return found;
      }
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      pollfd waited{output_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&waited, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
      std::array<char, 4096> piece{};
      const auto count = ::read(output_, piece.data(), piece.size());
      if (count <= 0) return std::nullopt;
      read_.append(piece.data(), static_cast<std::size_t>(count));
    }
  }
  bool wait_for(const std::string& wanted) {
    for (auto next = line(std::chrono::seconds(20)); next; next = line(std::chrono::seconds(20))) {
      if (*next == wanted) return true;
    }
    return false;
  }
  void send(int signal) const { ::kill(pid_, signal); }
  void reap() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
  }
  void end_input() {
    close(input_);
    input_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
  std::string read_;
};

TEST(ACrash, IsToldByTheNextRunAndTheListGoesOnWhereItWouldBe) {
  const Folder folder;
  {
    Child child({section(folder.path()).dump(), playlist({"a", "b"}, true).dump()});
    ASSERT_TRUE(child.wait_for("frame 20"));
    child.send(SIGKILL);
    child.reap();
  }
  FakeEngine engine;
  Worker worker(settings(folder.path()), FakeEngine::table(), engine.instance());
  ASSERT_TRUE(worker.start());
  const Json events = all_events(worker, 3);
  ASSERT_EQ(types(events), (std::vector<std::string>{"item_started", "item_ended", "worker_recovered"}));
  const Json& started = events[0];
  const Json& ended = events[1];
  EXPECT_EQ(started["run"], 1);
  EXPECT_EQ(ended["run"], 2);
  EXPECT_EQ(ended["number"].get<int64_t>(), started["number"].get<int64_t>() + 1);
  EXPECT_EQ(ended["item_id"], "a");
  EXPECT_EQ(ended["load_id"], "l1");
  EXPECT_EQ(ended["result"], "lost");
  EXPECT_EQ(ended["reason"], "the worker ended unexpectedly");
  EXPECT_GE(ended["frames_sent"].get<int>(), 10);
  EXPECT_LE(ended["frames_sent"].get<int>(), 40);
  const Json& told = events[2];
  EXPECT_EQ(told["basis"], "clock");
  EXPECT_GE(told["down_us"].get<std::int64_t>(), 0);
  const Json loaded = engine.loaded();
  ASSERT_TRUE(loaded.is_object());
  // It is a looping list of eight seconds, so wherever the time went, the two agree.
  EXPECT_EQ(loaded["items"][loaded["start"]["index"].get<std::size_t>()]["id"], told["item_id"]);
  EXPECT_EQ(loaded["start"]["offset_ms"].get<int>(), told["offset_frames"].get<int>() * 40);
}

TEST(ACleanStop, LeavesNothingToResume) {
  const Folder folder;
  {
    Child child({section(folder.path()).dump(), playlist({"a"}).dump()});
    ASSERT_TRUE(child.wait_for("frame 5"));
    child.end_input();
    while (child.line(std::chrono::seconds(20))) {
    }
    child.reap();
  }
  FakeEngine engine;
  Worker worker(settings(folder.path()), FakeEngine::table(), engine.instance());
  ASSERT_TRUE(worker.start());
  EXPECT_TRUE(engine.loaded().is_null());
  const Json events = all_events(worker, 2);
  ASSERT_EQ(types(events), (std::vector<std::string>{"item_started", "item_ended"}));
  EXPECT_EQ(events[1]["result"], "stopped");
}

TEST(TheSpoolsFolder, IsRefusedWhileALivingWorkerUsesIt) {
  const Folder folder;
  Child child({section(folder.path()).dump()});
  ASSERT_TRUE(child.wait_for("started"));
  FakeEngine engine;
  Worker worker(settings(folder.path()), FakeEngine::table(), engine.instance());
  const auto started = worker.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "worker.spool_in_use");
}

TEST(AFrozenWorker, LeavesTheAirAtOnceWhenItWakesPastItsDeadline) {
  const Folder folder;
  Json leaving = section(folder.path());
  leaving["lease"] = {{"on_loss", "leave"}, {"ttl_ms", 1500}};
  Child child({leaving.dump(), playlist({"a"}, true).dump()});
  ASSERT_TRUE(child.wait_for("frame 3"));
  const auto begun = std::chrono::steady_clock::now();  // the lease began before
  child.send(SIGSTOP);
  // What it had written before it was frozen.
  while (child.line(std::chrono::milliseconds(50))) {
  }
  const auto left = std::chrono::seconds(2) - (std::chrono::steady_clock::now() - begun);
  EXPECT_FALSE(child.line(std::chrono::duration_cast<std::chrono::milliseconds>(left)));
  child.send(SIGCONT);
  const auto woken = std::chrono::steady_clock::now();
  int frames = 0;
  auto last = woken;
  while (child.line(std::chrono::milliseconds(1000))) {
    ++frames;
    last = std::chrono::steady_clock::now();
  }
  // The bound of lease_watch.hpp: 20 ms and what the engine gets to leave, here 500 ms; the rest is the scheduler's.
  EXPECT_LE(frames, 13);
  EXPECT_LT(last - woken, std::chrono::milliseconds(800));
  child.end_input();
  child.reap();
  FakeEngine engine;
  Worker worker(settings(folder.path()), FakeEngine::table(), engine.instance());
  ASSERT_TRUE(worker.start());
  const Json events = all_events(worker, 3);
  ASSERT_EQ(types(events), (std::vector<std::string>{"item_started", "lease_lost", "item_ended"}));
  EXPECT_TRUE(engine.loaded().is_null());
}

}  // namespace
}  // namespace wyvern::worker::testing
