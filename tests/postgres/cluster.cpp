#include "cluster.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <utility>

#include "waiting.hpp"

namespace wyvern::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

fs::path new_folder() {
  std::string name = (fs::temp_directory_path() / "wyvern-postgres-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  return name;
}

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool found = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  if (!found) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

// A child as the server's user, its output in a file. It goes when this process does.
pid_t child_of(const ServerUser& user, const fs::path& output, const fs::path& where,
               const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child != 0) return child;
  const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  user.become();
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after the change of user, which takes it away
  if (::chdir(where.c_str()) != 0) ::_exit(126);
  ::execv(words[0], words.data());
  ::_exit(127);
}

void require_success(pid_t child, const fs::path& output, const std::string& what) {
  const auto status = await_end(child, 120s);
  if (!status || !WIFEXITED(*status) || WEXITSTATUS(*status) != 0)
    throw std::runtime_error(what + " failed:\n" + read_file(output));
}

}  // namespace

void Cluster::make_template() {
  const fs::path folder = new_folder();
  const ServerUser user;
  user.own(folder);
  const auto child =
      child_of(user, folder / "log", folder,
               {WYVERN_INITDB, "--pgdata", (folder / "data").string(), "--username", Cluster::user, "--auth", "trust",
                "--encoding", "UTF8", "--locale", "C", "--wal-segsize", "1", "--no-sync", "--no-instructions"});
  require_success(child, folder / "log", "initdb");
  const fs::path made = WYVERN_POSTGRES_TEMPLATE;
  fs::remove_all(made);
  fs::copy(folder / "data", made, fs::copy_options::recursive);
  fs::remove_all(folder);
}

Cluster::Cluster(Options options) : options_(std::move(options)), folder_(new_folder()) {
  fs::copy(WYVERN_POSTGRES_TEMPLATE, data(), fs::copy_options::recursive);
  fs::permissions(data(), fs::perms::owner_all);
  fs::permissions(folder_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  std::ofstream hba(data() / "pg_hba.conf");
  for (const auto& line : options_.hba) hba << line << '\n';
  hba << "local all all trust\nhost all all 127.0.0.1/32 trust\n";
  hba.close();
  std::ofstream settings(data() / "postgresql.auto.conf");
  settings << "max_connections = 60\nshared_buffers = 16MB\nmax_wal_size = 32MB\nmin_wal_size = 2MB\n";
  for (const auto& [name, value] : options_.settings) settings << name << " = '" << value << "'\n";
  if (options_.tls) {
    settings << "ssl = on\n";
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext "
        "subjectAltName=IP:127.0.0.1 -keyout '" +
        (data() / "server.key").string() + "' -out '" + (data() / "server.crt").string() + "' 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl failed");
    fs::permissions(data() / "server.key", fs::perms::owner_read | fs::perms::owner_write);
    fs::copy(data() / "server.crt", folder_ / "server.crt");
  }
  settings.close();
  user_.own(folder_);
  try {
    start();
  } catch (...) {
    fs::remove_all(folder_);
    throw;
  }
}

Cluster::~Cluster() {
  if (pid_ != 0) {
    signal_all(SIGCONT);
    stop(SIGQUIT);
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool Cluster::answers() const {
  const std::string port = std::to_string(port_);
  const std::string folder = folder_.string();
  const char* names[] = {"host", "port", "user", "dbname", nullptr};
  const char* values[] = {folder.c_str(), port.c_str(), user, database, nullptr};
  return PQpingParams(names, values, 0) == PQPING_OK;
}

void Cluster::spawn() {
  pid_ = child_of(user_, folder_ / "log", folder_,
                  {WYVERN_POSTGRES, "-D", data().string(), "-k", folder_.string(), "-p", std::to_string(port_), "-c",
                   "listen_addresses=127.0.0.1"});
}

void Cluster::start() {
  const bool first = port_ == 0;
  for (int attempt = 0;; ++attempt) {
    if (first) port_ = free_port();
    spawn();
    bool ended = false;
    const bool up = await(
        [&] {
          ended = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
          return ended || answers();
        },
        60s);
    if (up && !ended) return;
    if (!ended) stop(SIGQUIT);
    pid_ = 0;
    // The port may have been taken by another meanwhile.
    if (!first || attempt == 5) throw std::runtime_error("postgres did not start:\n" + read_file(folder_ / "log"));
  }
}

void Cluster::stop(int signal) {
  if (pid_ == 0) return;
  ::kill(pid_, signal);
  if (!await_end(pid_, 30s)) {
    ::kill(pid_, SIGKILL);
    (void)await_end(pid_, 30s);
  }
  pid_ = 0;
}

void Cluster::signal_all(int signal) const {
  ::kill(pid_, signal);  // first, so that it starts no further ones
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string status = read_file(entry.path() / "status");
    if (status.find("\nPPid:\t" + std::to_string(pid_) + "\n") != std::string::npos)
      ::kill(std::stoi(entry.path().filename()), signal);
  }
}

}  // namespace wyvern::test
