// A real OpenID Connect provider (npm's oidc-provider) in a process of its own, for one test. It goes with the object,
// and when the test crashes too.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>

namespace wyvern::test {

class OpenIdProviderProcess {
 public:
  // `settings`: what provider.mjs reads.
  explicit OpenIdProviderProcess(nlohmann::json settings);
  ~OpenIdProviderProcess();
  OpenIdProviderProcess(const OpenIdProviderProcess&) = delete;
  OpenIdProviderProcess& operator=(const OpenIdProviderProcess&) = delete;

  // On the port that it had. It forgets who has logged in.
  void start();
  void stop();
  // To be read with the next start.
  nlohmann::json settings;

  const std::string& issuer() const { return issuer_; }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  std::string issuer_;
};

}  // namespace wyvern::test
