// A host with the fixture `actor`, whose lines are kept: they tell in which order its instances were called.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host/host.hpp"
#include "scratch.hpp"

namespace wyvern::host::test {

class Stage {
 public:
  explicit Stage(Deadlines deadlines = {}, Services services = {})
      : catalogue_(Catalogue::scan({scratch_.add("actor").parent_path()})),
        host(std::make_unique<Host>(catalogue_, std::move(services), options(deadlines))) {}

  static config::InstanceConfig actor(const std::string& kind, const std::string& name,
                                      Json settings = Json::object()) {
    return {kind, name, "actor", std::move(settings), {}};
  }
  // The messages of instances, in order; those of the host itself are left out.
  std::vector<std::string> calls() {
    host->log().flush();
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> messages;
    for (const auto& line : lines_)
      if (!line.contains("component")) messages.push_back(line["message"]);
    return messages;
  }
  std::vector<Json> lines() {
    if (host) host->log().flush();
    const std::scoped_lock lock(mutex_);
    return lines_;
  }
  std::string state(const std::string& name) const {
    for (const auto& status : host->instances())
      if (status.name == name) return status.state;
    return "absent";
  }
  const Scratch& scratch() const { return scratch_; }

 private:
  HostOptions options(Deadlines deadlines) {
    HostOptions chosen{scratch_.probe_options(), {}, deadlines};
    chosen.log.burst = 20;
    chosen.log.lines_per_second = 1e-6;
    chosen.log.sink = [this](std::string_view line) {
      const std::scoped_lock lock(mutex_);
      lines_.push_back(Json::parse(line));
    };
    return chosen;
  }

  Scratch scratch_;
  std::mutex mutex_;
  std::vector<Json> lines_;
  Catalogue catalogue_;

 public:
  std::unique_ptr<Host> host;
};

}  // namespace wyvern::host::test
