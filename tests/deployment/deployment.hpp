// A real Wyvern for tests: a wyvernd in a folder of its own, on free ports of loopback, ended with the object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "event_feed.hpp"
#include "postgres/postgres_server.hpp"
#include "waiting.hpp"

namespace wyvern::test {

using Json = nlohmann::json;

// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A port of 127.0.0.1 that nobody listened on a moment ago.
int free_port();

struct Answer {
  long status = 0;
  Json body;                                        // null when it is not JSON
  std::string text;                                 // as it came
  std::map<std::string, std::string> headers = {};  // names in lower case
};

// On SQLite; with WYVERN_TEST_STORE=postgres in the environment on a PostgreSQL server of its own.
class Deployment {
 public:
  struct Options {
    Json sections = Json::object();  // merged over the configuration
    bool start = true;
    std::map<std::string, std::string> environment = {};  // of wyvernd, beside the test's own
    std::filesystem::path program = {};                   // of this build when empty
  };
  Deployment() : Deployment(Options{}) {}
  explicit Deployment(const Options& options);
  // Stops the controller and every worker that it left, and says so when it had to kill.
  ~Deployment();
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;

  void start();
  void stop();
  // SIGKILL, as a crash would be; workers go on.
  void kill();
  // Puts another configuration in the place of the usual one.
  void configure(const std::string& yaml) const;
  // Starts without waiting, and returns the exit status and what it printed: for configurations that must fail.
  std::pair<int, std::string> run_to_end(std::chrono::milliseconds deadline = std::chrono::seconds(20));

  Answer call(const std::string& method, const std::string& path, const Json& body = nullptr) const;
  Answer call_with(const std::string& token, const std::string& method, const std::string& path,
                   const std::string& body, const std::vector<std::string>& headers = {}) const;

  // Looks at `holds` now and whenever something changes; false when the deadline passed first. The deployment runs.
  bool await(const std::function<bool()>& holds, std::chrono::milliseconds deadline = std::chrono::seconds(20)) const {
    return events_->await(holds, deadline);
  }
  // The first event of the type that passes, since the store was made. Throws when none came in time.
  Json event(const std::string& type, const std::function<bool(const Json& event)>& test = {},
             std::chrono::milliseconds deadline = std::chrono::seconds(20)) const;

  // A clip in the library's folder, made with ffmpeg from lavfi sources.
  void make_clip(const std::string& name, double seconds = 2, const std::string& size = "320x180",
                 const std::string& rate = "25", int channels = 2) const;
  // An asset of that clip, probed and ready. Its id.
  std::string asset(const std::string& name) const;
  // A stopped channel with an SRT listener on a free port. Its id.
  std::string channel(const Json& fields = Json::object()) const;
  // A playlist of the assets, staged. Its id.
  std::string playlist(const std::string& channel_id, const std::vector<std::string>& assets, bool loop = true) const;
  // Waits until every item of the playlist is ready.
  void await_staged(const std::string& playlist_id) const;

  pid_t pid() const { return pid_; }
  const std::string& url() const { return url_; }    // with /api/v1
  const std::string& root() const { return root_; }  // without
  const std::string& token() const { return token_; }
  std::filesystem::path folder() const { return folder_.path(); }
  std::filesystem::path library() const { return folder_.path() / "library"; }
  // What the controller printed so far.
  std::string log() const;
  // Waits until it printed this.
  bool logged(const std::string& text, std::chrono::milliseconds deadline = std::chrono::seconds(5)) const;
  // What a channel's workers printed so far.
  std::string worker_log(const std::string& channel_id) const;
  // The process of a channel's worker, or 0.
  pid_t worker_pid(const std::string& channel_id) const;

 private:
  pid_t spawn();
  std::filesystem::path channel_folder(const std::string& channel_id) const;

  Json store_config() const;

  const std::filesystem::path program_;
  const std::unique_ptr<PostgresServer> postgres_;  // null on SQLite
  TemporaryFolder folder_;
  std::string token_ = "a-token-for-tests-0123456789";
  std::string url_;
  std::string root_;
  pid_t pid_ = 0;
  std::map<std::string, std::string> environment_;
  std::unique_ptr<EventFeed> events_;  // while it runs
};

}  // namespace wyvern::test
