#include "child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace wyvern::bench {

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(file, STDOUT_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

double ChildProcess::rss_mb() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

void ChildProcess::end() { kill(pid_, SIGTERM); }

Usage ChildProcess::wait() {
  Usage usage;
  rusage raw{};
  wait4(pid_, &usage.status, 0, &raw);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  usage.cpu_s = seconds(raw.ru_utime) + seconds(raw.ru_stime);
  usage.greatest_rss_mb = static_cast<double>(raw.ru_maxrss) * 1024 / 1e6;
  return usage;
}

}  // namespace wyvern::bench
