// A program under measurement: its processor time and memory are those of the whole process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace wyvern::bench {

struct Usage {
  int status = 0;
  double cpu_s = 0;
  double greatest_rss_mb = 0;
};

class ChildProcess {
 public:
  // Standard output goes to that file.
  ChildProcess(const std::vector<std::string>& command, const std::string& output);
  double rss_mb() const;  // now
  void end();             // asks it to
  Usage wait();

 private:
  pid_t pid_ = -1;
};

}  // namespace wyvern::bench
