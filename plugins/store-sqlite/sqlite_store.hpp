// The store instance: its configuration, its lifecycle, and the sessions that it hands out.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "wyvern/store.hpp"

namespace wyvern::sqlite {

class Database;

class SqliteStore final : public Store {
 public:
  SqliteStore(Host host, std::string name, const Json& config);
  ~SqliteStore() override;

  void prepare(const Context& context) override;
  void start(const Context& context) override;
  void drain(const Context& context) override;
  void stop(const Context& context) override;

  std::string_view dialect() const override { return "sqlite"; }
  std::unique_ptr<StoreSession> open(bool for_writing, const Context& context) override;

 private:
  std::shared_ptr<Database> database() const;

  Host host_;
  std::string name_;
  std::string path_;
  unsigned read_sessions_;
  mutable std::mutex mutex_;            // guards the two below: `open` comes from any thread, also during a stop
  std::shared_ptr<Database> database_;  // shared with the open sessions, which may be closed after a stop
  bool accepting_ = false;
};

}  // namespace wyvern::sqlite
