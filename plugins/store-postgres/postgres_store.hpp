// The store instance: its configuration, its lifecycle, and the sessions that it hands out.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "settings.hpp"
#include "wyvern/store.hpp"

namespace wyvern::postgres {

class Notifications;
class Pool;

class PostgresStore final : public Store {
 public:
  PostgresStore(Host host, std::string name, const Json& config);
  ~PostgresStore() override;

  void prepare(const Context& context) override;
  void start(const Context& context) override;
  void drain(const Context& context) override;
  void stop(const Context& context) override;

  std::string_view dialect() const override { return "postgres"; }
  std::unique_ptr<StoreSession> open(bool for_writing, const Context& context) override;
  std::unique_ptr<StoreWatch> watch(std::string_view topic, std::function<void()> heard, const Context&) override;
  void tell(std::string_view topic) override;

 private:
  void look_at_the_server(const std::shared_ptr<Pool>& pool, const Context& context) const;
  std::shared_ptr<Pool> pool() const;
  std::shared_ptr<Notifications> notifications() const;

  Host host_;
  std::string name_;
  Settings settings_;
  mutable std::mutex mutex_;                      // guards the rest: `open` comes from any thread, also during a stop
  std::shared_ptr<Pool> pool_;                    // shared with the open sessions, which may be closed after a stop
  std::shared_ptr<Notifications> notifications_;  // shared with the watches
  bool accepting_ = false;
};

}  // namespace wyvern::postgres
