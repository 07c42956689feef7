#include "postgres/postgres_server.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace wyvern::test {

PostgresServer::PostgresServer(const std::vector<std::string>& options) {
  int in[2];
  int out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> words{const_cast<char*>(WYVERN_TEST_POSTGRES)};
  for (const auto& option : options) words.push_back(const_cast<char*>(option.c_str()));
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    // Nobody's child and in no group with us: it has to clean up when we and all that is ours are killed.
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::waitpid(child, nullptr, 0);
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  output_ = out[0];
  const auto said = nlohmann::json::parse(read_line());
  port_ = said.at("port");
  folder_ = said.at("folder").get<std::string>();
}

PostgresServer::~PostgresServer() {
  ::close(input_);
  for (char ignored = 0; ::read(output_, &ignored, 1) > 0;) continue;  // until it has ended
  ::close(output_);
}

nlohmann::json PostgresServer::store(const std::string& schema) const {
  return {{"host", "127.0.0.1"}, {"port", port_}, {"database", "postgres"}, {"user", "wyvern"}, {"schema", schema}};
}

void PostgresServer::tell(const std::string& line) const {
  const std::string whole = line + "\n";
  if (::write(input_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()) || read_line() != "done")
    throw std::runtime_error("the PostgreSQL server did not " + line);
}

std::string PostgresServer::read_line() const {
  std::string line;
  for (char c = 0; ::read(output_, &c, 1) == 1;) {
    if (c == '\n') return line;
    line += c;
  }
  throw std::runtime_error("the PostgreSQL server has ended; its reason is on standard error");
}

}  // namespace wyvern::test
