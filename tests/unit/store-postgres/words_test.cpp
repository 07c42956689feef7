// Words between programs on one database: who hears them, and what becomes of them when a connection ends.
#include <condition_variable>
#include <mutex>

#include "postgres_plugin.hpp"
#include "waiting.hpp"

namespace wyvern::test {

namespace {

using namespace std::chrono_literals;

// A program's ear on one topic. Times are counted from its making.
class Ear {
 public:
  Ear(const PluginInstance& instance, std::string_view topic)
      : table_(instance.table<wyv_store_v1>(WYV_STORE_SERVICE)) {
    const wyv_watcher watcher{this, [](void* self) { static_cast<Ear*>(self)->hear(); }};
    Call call(kPatience);
    status = table_->watch(instance.raw(), view(topic), &watcher, &raw_, call.context());
    code = status == WYV_OK ? "" : call.error(status).code;
  }
  ~Ear() { close(); }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  void close() {
    if (auto* const raw = std::exchange(raw_, nullptr)) table_->unwatch(raw);
  }
  int times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }
  bool hears_more_than(int times) {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, kPatience, [&] { return times_ > times; });
  }

  wyv_status status = WYV_INTERNAL;
  std::string code;

 private:
  void hear() {
    const std::lock_guard lock(mutex_);
    ++times_;
    heard_.notify_all();
  }

  const wyv_store_v1* table_;
  wyv_watch* raw_ = nullptr;
  mutable std::mutex mutex_;
  std::condition_variable heard_;
  int times_ = 0;
};

class PostgresWords : public ::testing::Test {
 protected:
  std::unique_ptr<PluginInstance> program(const std::string& schema = "words") const {
    auto instance = postgres_instance(server.store(schema));
    instance->run();
    return instance;
  }
  static void tell(const PluginInstance& instance, std::string_view topic) {
    instance.table<wyv_store_v1>(WYV_STORE_SERVICE)->tell(instance.raw(), view(topic));
  }
  // The backends that listen, as the server has them.
  std::int64_t listeners() const { return count("SELECT count(*) FROM pg_stat_activity WHERE " + named); }
  std::int64_t count(const std::string& sql) const {
    return SessionClient::open(StoreClient(*one), WYV_SESSION_WRITE)
        .or_throw()
        .execute(sql)
        .or_throw()
        .rows[0][0]
        .integer;
  }
  // Each new connection tells everybody once: after this, what comes is a word.
  static void settle(Ear& ear) { ASSERT_TRUE(ear.hears_more_than(0)); }

  const std::string named = "application_name LIKE '%notifications'";
  const PostgresServer server;
  const std::unique_ptr<PluginInstance> one = program();
  const std::unique_ptr<PluginInstance> other = program();
};

TEST_F(PostgresWords, OfAnotherProgramAreHeardByThoseWhoWatchTheTopic) {
  Ear ear(*other, "events");
  ASSERT_EQ(ear.status, WYV_OK) << ear.code;
  Ear jobs(*other, "jobs");
  settle(ear);
  settle(jobs);
  const int before = jobs.times();
  for (int word = 0; word < 5; ++word) {
    const int heard = ear.times();
    tell(*one, "events");
    ASSERT_TRUE(ear.hears_more_than(heard)) << word;
  }
  EXPECT_EQ(jobs.times(), before) << "of another topic";
}

TEST_F(PostgresWords, AreNotHeardByWhoTellsThemNorInAnotherSchema) {
  const auto elsewhere = program("elsewhere");
  Ear own(*one, "events");
  Ear foreign(*elsewhere, "events");
  Ear ear(*other, "events");
  settle(own);
  settle(foreign);
  settle(ear);
  const int own_before = own.times();
  const int foreign_before = foreign.times();
  const int heard = ear.times();
  tell(*one, "events");
  ASSERT_TRUE(ear.hears_more_than(heard));
  // What is told back comes behind it on every connection.
  const int answered = own.times();
  tell(*other, "events");
  ASSERT_TRUE(own.hears_more_than(answered));
  EXPECT_EQ(own.times(), own_before + 1);
  EXPECT_EQ(foreign.times(), foreign_before);
}

TEST_F(PostgresWords, OfWhichManyFollowEachOtherBecomeFew) {
  Ear ear(*other, "events");
  settle(ear);
  Ear own(*one, "events");
  settle(own);
  const int before = ear.times();
  constexpr int told = 2000;
  for (int i = 0; i < told; ++i) tell(*one, "events");
  ASSERT_TRUE(ear.hears_more_than(before));
  tell(*other, "events");  // back again, behind what is still on its way
  ASSERT_TRUE(own.hears_more_than(0));
  EXPECT_LT(ear.times() - before, told / 20);
}

TEST_F(PostgresWords, AreHeardAgainAfterTheConnectionWasEnded) {
  Ear ear(*other, "events");
  settle(ear);
  Ear own(*one, "events");
  settle(own);
  ASSERT_TRUE(await([&] { return listeners() == 2; }));
  const int before = ear.times();
  EXPECT_EQ(count("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE " + named), 2);
  // Something may have been missed: so much is told by itself.
  ASSERT_TRUE(ear.hears_more_than(before));
  ASSERT_TRUE(await([&] { return listeners() == 2; }));
  const int heard = ear.times();
  ASSERT_TRUE(await([&] {
    tell(*one, "events");
    return ear.times() > heard;
  }));
}

TEST_F(PostgresWords, AreHeardAgainWhenTheServerIsBack) {
  Ear ear(*other, "events");
  settle(ear);
  const int before = ear.times();
  server.kill();
  tell(*one, "events");
  server.start();
  EXPECT_TRUE(ear.hears_more_than(before));
}

TEST_F(PostgresWords, AreNotHeardAfterUnwatch) {
  auto ear = std::make_unique<Ear>(*other, "events");
  Ear still(*other, "events");
  settle(*ear);
  settle(still);
  ear->close();
  const int before = ear->times();
  const int heard = still.times();
  tell(*one, "events");
  ASSERT_TRUE(still.hears_more_than(heard));
  EXPECT_EQ(ear->times(), before);
}

TEST_F(PostgresWords, HaveATopicOfSmallLetters) {
  const std::vector<std::string> unsound = {"", "Events", "a-b", "x'; --", std::string(41, 'a')};
  for (const auto& topic : unsound) {
    const Ear ear(*one, topic);
    EXPECT_EQ(ear.status, WYV_INVALID) << topic;
    EXPECT_EQ(ear.code, "store.topic") << topic;
  }
}

TEST_F(PostgresWords, EndWithTheStoreThoughSomebodyStillWatches) {
  Ear ear(*other, "events");
  settle(ear);
  EXPECT_TRUE(other->stop().ok());
  const int before = ear.times();
  tell(*one, "events");
  Ear own(*one, "events");
  settle(own);
  EXPECT_EQ(ear.times(), before);
}

}  // namespace
}  // namespace wyvern::test
