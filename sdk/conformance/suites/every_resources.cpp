// Every plugin: what it takes from the process, and gives back.
#include <algorithm>
#include <clocale>
#include <csignal>
#include <filesystem>
#include <limits>

#include <sys/stat.h>
#include <unistd.h>

#include "kit/faults.hpp"
#include "kit/lifecycle.hpp"
#include "kit/sanitizers.hpp"

extern char** environ;

namespace wyvern::conformance {
namespace {

class Resources : public Lifecycle {};

TEST_F(Resources, ThreadsEndWithStop) {
  live_once();  // libraries may keep a thread of their own from the first use on
  ASSERT_NO_FATAL_FAILURE(created());
  const auto before = look_at_process();
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_EQ(more(before.threads, settle(before).threads), "") << "threads that run on after stop";
}

TEST_F(Resources, DescriptorsAreClosedByStop) {
  live_once();
  ASSERT_NO_FATAL_FAILURE(created());
  const auto before = look_at_process();
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_EQ(more(before.descriptors, settle(before).descriptors), "") << "descriptors that stay open after stop";
}

TEST_F(Resources, ChildrenEndWithStop) {
  ASSERT_NO_FATAL_FAILURE(created());
  const auto before = look_at_process();
  ASSERT_TRUE(is_ok(instance.prepare()));
  ASSERT_TRUE(is_ok(instance.start()));
  ASSERT_TRUE(is_ok(instance.stop()));
  EXPECT_EQ(more(before.children, settle(before).children), "") << "processes that run on, or were never waited for";
}

TEST_F(Resources, MemoryIsFreed) {
  // The first lives fill what libraries keep. One whose lives are long has fewer of them.
  const auto live = [](int lives, std::chrono::seconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (int i = 0; i < lives && std::chrono::steady_clock::now() < until; ++i) ASSERT_NO_FATAL_FAILURE(live_once());
  };
  constexpr int lives = 20;
  ASSERT_NO_FATAL_FAILURE(live(lives, std::chrono::seconds(7)));
  // A buffer that a library lets grow once is left by one batch; a leak by each.
  auto least_left = std::numeric_limits<std::size_t>::max();
  for (int batch = 0; batch < 3; ++batch) {
    const auto before = heap_bytes();
    ASSERT_NO_FATAL_FAILURE(live(lives, std::chrono::seconds(5)));
    const auto after = heap_bytes();
    least_left = std::min(least_left, after > before ? after - before : 0);
  }
  EXPECT_LT(least_left, lives * 64U) << "bytes of memory that each " << lives << " lives leave";
  EXPECT_FALSE(sanitizer_sees_leaks()) << "LeakSanitizer's report is in the output";
}

TEST_F(Resources, StandardOutputIsNotTouched) {
  const auto before = stdout_bytes();
  ASSERT_NO_FATAL_FAILURE(live_once());
  EXPECT_EQ(stdout_bytes(), before) << "bytes on standard output: it belongs to the host; log instead";
}

TEST_F(Resources, SignalsAreLeftAlone) {
  struct sigaction before[65]{};
  for (int signal = 1; signal < 65; ++signal) sigaction(signal, nullptr, &before[signal]);
  started();
  for (int signal = 1; signal < 65; ++signal) {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    EXPECT_EQ(now.sa_handler, before[signal].sa_handler) << "the handler of signal " << signal;
  }
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  for (int signal = 1; signal < 65; ++signal)
    EXPECT_EQ(sigismember(&mask, signal), 0) << "signal " << signal << " is blocked now on the host's thread";
}

TEST_F(Resources, WorkingDirectoryIsKept) {
  const auto before = std::filesystem::current_path();
  started();
  EXPECT_EQ(std::filesystem::current_path(), before);
}

TEST_F(Resources, UmaskIsKept) {
  const mode_t before = umask(022);
  umask(before);
  started();
  const mode_t after = umask(before);
  EXPECT_EQ(after, before);
}

TEST_F(Resources, LocaleIsKept) {
  const std::string before = setlocale(LC_ALL, nullptr);  // NOLINT(concurrency-mt-unsafe)
  started();
  EXPECT_EQ(std::string(setlocale(LC_ALL, nullptr)), before);  // NOLINT(concurrency-mt-unsafe)
}

TEST_F(Resources, EnvironmentIsKept) {
  const auto all = [] {
    std::set<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.insert(*variable);
    return variables;
  };
  const auto before = all();
  started();
  EXPECT_EQ(more(before, all()), "") << "variables that were set";
}

TEST_F(Resources, MissingMemoryIsAnError) {
  // Each greater allocation of create in turn; what cannot be made must be refused, and nothing may crash.
  for (std::uint64_t number = 0; number < 400; ++number) {
    CheckingHost other{{}, declared_metrics()};
    Instance one(other);
    const std::string config = given().config.dump();
    Outcome outcome;
    bool reached = false;
    {
      RecordedCall call;
      wyv_instance* raw = nullptr;
      const wyv_plugin& subject = plugin();
      const wyv_view kind{given().kind.data(), given().kind.size()};
      const wyv_view text{config.data(), config.size()};
      wyv_status status = WYV_OK;
      {
        const FailingAllocations failing(number);
        status = subject.create(other.table(), kind, wyv_view{"main", 4}, text, &raw, call.context());
        reached = failing.reached();
      }
      outcome = call.finish(status);
      EXPECT_EQ(raw != nullptr, outcome.ok()) << "*out after " << to_string(outcome);
    }
    if (!reached) return;
    ASSERT_TRUE(outcome.ok() || outcome.status == WYV_EXHAUSTED)
        << to_string(outcome) << " when allocation " << number << " of create failed";
  }
}

}  // namespace
}  // namespace wyvern::conformance
