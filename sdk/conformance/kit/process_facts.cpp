#include "kit/process_facts.hpp"

#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>

namespace wyvern::conformance {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::set<std::string> entries(const char* folder) {
  std::set<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(folder), &closedir);
  if (!dir) return names;
  const std::string own = std::to_string(dirfd(dir.get()));
  while (const dirent* entry = readdir(dir.get()))  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (entry->d_name[0] != '.' && entry->d_name != own) names.insert(entry->d_name);
  return names;
}

}  // namespace

ProcessFacts look_at_process() {
  ProcessFacts facts;
  for (const auto& id : entries("/proc/self/fd")) {
    char target[512];
    const auto length = readlink(("/proc/self/fd/" + id).c_str(), target, sizeof target);
    if (length > 0) facts.descriptors.insert(id + " " + std::string(target, static_cast<std::size_t>(length)));
  }
  for (const auto& id : entries("/proc/self/task")) {
    const std::string task = "/proc/self/task/" + id;
    facts.threads.insert(id + " " + first_line(task + "/comm"));
    std::ifstream children(task + "/children");
    for (std::string child; children >> child;)
      facts.children.insert(child + " " + first_line("/proc/" + child + "/comm"));
  }
  return facts;
}

std::string more(const std::set<std::string>& before, const std::set<std::string>& now) {
  std::string names;
  for (const auto& name : now)
    if (!before.contains(name)) names += (names.empty() ? "" : ", ") + name;
  return names;
}

ProcessFacts settle(const ProcessFacts& before, std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    ProcessFacts now = look_at_process();
    const bool settled = more(before.threads, now.threads).empty() &&
                         more(before.descriptors, now.descriptors).empty() &&
                         more(before.children, now.children).empty();
    if (settled || std::chrono::steady_clock::now() > until) return now;
    (void)poll(nullptr, 0, 2);  // the kernel tells nobody when a thread leaves its list
  }
}

std::chrono::nanoseconds time_without_a_processor() {
  std::ifstream file("/proc/thread-self/schedstat");
  std::int64_t running = 0;
  std::int64_t waiting = 0;
  file >> running >> waiting;
  return std::chrono::nanoseconds(waiting);
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::size_t stdout_bytes() {
  (void)fflush(stdout);
  struct stat facts {};
  return fstat(STDOUT_FILENO, &facts) == 0 ? static_cast<std::size_t>(facts.st_size) : 0;
}

}  // namespace wyvern::conformance
