// An OpenID Connect provider that says whatever the test wants, for what no real one can be made to say. It has no page
// to log in at: the test sends the browser back itself.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace wyvern::test {

class LyingProvider {
 public:
  LyingProvider();
  ~LyingProvider();
  LyingProvider(const LyingProvider&) = delete;
  LyingProvider& operator=(const LyingProvider&) = delete;

  struct Answer {
    int status = 200;
    std::string body;
    std::string location = {};
  };
  // What is answered at a path: /.well-known/openid-configuration, /keys, /token, /userinfo. The first is there
  // already.
  void say(const std::string& path, Answer answer);
  void say(const std::string& path, const nlohmann::json& body) { say(path, Answer{200, body.dump()}); }
  // The description of a provider that does not lie.
  nlohmann::json description() const;
  // How often this path was asked for, and what with at last.
  int asked(const std::string& path) const;
  std::string last_request(const std::string& path) const;

  const std::string& issuer() const { return issuer_; }

 private:
  void serve();
  void answer(int connection);

  int listener_ = -1;
  std::string issuer_;
  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<std::pair<std::string, std::string>> asked_;  // path and whole request
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace wyvern::test
