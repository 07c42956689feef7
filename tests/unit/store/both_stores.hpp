// The kernel's side of stores, on each store there is.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "plugin_host/plugin_instance.hpp"
#include "plugin_host/scratch_folder.hpp"
#include "postgres/postgres_server.hpp"
#include "store/store.hpp"

namespace wyvern::test {

class BothStores : public ::testing::TestWithParam<const char*> {
 protected:
  BothStores() : instance_(opened()), store(instance_->table<wyv_store_v1>(WYV_STORE_SERVICE), instance_->raw()) {}

  // Of the same tables: as another program would have it. Not on SQLite, whose file one program has alone.
  std::unique_ptr<PluginInstance> opened() { return std::string(GetParam()) == "sqlite" ? on_sqlite() : on_postgres(); }
  std::unique_ptr<PluginInstance> on_sqlite() const {
    static const PluginLibrary library("store-sqlite");
    return running(library, {{"path", folder_ / "wyvern.db"}});
  }
  std::unique_ptr<PluginInstance> on_postgres() {
    static const PluginLibrary library("store-postgres");
    if (server_ == nullptr) server_ = std::make_unique<PostgresServer>(std::vector<std::string>{"--set", "fsync=off"});
    return running(library, server_->store("kernel"));
  }
  static store::Store store_of(const PluginInstance& instance) {
    return {instance.table<wyv_store_v1>(WYV_STORE_SERVICE), instance.raw()};
  }
  std::int64_t number(std::string_view sql) const {
    return store
        .read([&](store::Session& session) {
          return session.first(sql, {}, [](const store::Row& row) { return row.integer("n"); });
        })
        .value_or(-1);
  }

 private:
  static std::unique_ptr<PluginInstance> running(const PluginLibrary& library, const nlohmann::json& config) {
    auto made = PluginInstance::create(library, "store", config).or_throw();
    made->run();
    return made;
  }

  ScratchFolder folder_;
  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<PluginInstance> instance_;

 public:
  const store::Store store;
};

}  // namespace wyvern::test
