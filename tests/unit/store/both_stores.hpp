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
  std::unique_ptr<PluginInstance> opened() {
    static const PluginLibrary sqlite("store-sqlite");
    static const PluginLibrary postgres("store-postgres");
    const bool on_sqlite = std::string(GetParam()) == "sqlite";
    if (!on_sqlite && server_ == nullptr)
      server_ = std::make_unique<PostgresServer>(std::vector<std::string>{"--set", "fsync=off"});
    auto made =
        PluginInstance::create(on_sqlite ? sqlite : postgres, "store",
                               on_sqlite ? nlohmann::json{{"path", folder_ / "wyvern.db"}} : server_->store("kernel"))
            .or_throw();
    made->run();
    return made;
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
  ScratchFolder folder_;
  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<PluginInstance> instance_;

 public:
  const store::Store store;
};

}  // namespace wyvern::test
