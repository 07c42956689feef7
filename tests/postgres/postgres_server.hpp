// A PostgreSQL server of a test's own. It and its folder go with the object, and when the test crashes too.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wyvern::test {

class PostgresServer {
 public:
  // Options of wyvern_test_postgres. A commit reaches the disk unless `--set fsync=off` is among them.
  explicit PostgresServer(const std::vector<std::string>& options = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void start() const { tell("start"); }
  void stop() const { tell("stop"); }
  // As a crash would.
  void kill() const { tell("kill"); }
  // Its processes stand still, and go on.
  void freeze() const { tell("freeze"); }
  void thaw() const { tell("thaw"); }

  int port() const { return port_; }
  const std::filesystem::path& folder() const { return folder_; }
  // The configuration of a store-postgres with the tables in that schema.
  nlohmann::json store(const std::string& schema) const;

 private:
  void tell(const std::string& line) const;
  std::string read_line() const;

  int input_ = -1;
  int output_ = -1;
  int port_ = 0;
  std::filesystem::path folder_;
};

}  // namespace wyvern::test
