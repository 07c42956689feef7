// A PostgreSQL cluster in a temporary folder, with a socket there and a free port of loopback.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "server_user.hpp"

namespace wyvern::test {

class Cluster {
 public:
  struct Options {
    std::map<std::string, std::string> settings;  // of postgresql.conf
    std::vector<std::string> hba;                 // lines of pg_hba.conf before those that trust everybody
    bool tls = false;                             // with a certificate made here, which is its own authority
  };
  // Makes the cluster that others are copies of.
  static void make_template();

  // Copies the template and starts it.
  explicit Cluster(Options options);
  // Stops it and removes the folder.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void start();
  // SIGINT: transactions are ended; SIGQUIT: as a crash would.
  void stop(int signal);
  // SIGSTOP or SIGCONT to each of its processes.
  void signal_all(int signal) const;

  int port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_; }
  static constexpr const char* user = "wyvern";
  static constexpr const char* database = "postgres";

 private:
  void spawn();
  bool answers() const;
  std::filesystem::path data() const { return folder_ / "data"; }

  const Options options_;
  const ServerUser user_;
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace wyvern::test
