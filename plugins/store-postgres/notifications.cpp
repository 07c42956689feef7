#include "notifications.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace wyvern::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenWords = 20ms;
constexpr std::chrono::milliseconds kFirstPause = 100ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;

Settings of_notifications(Settings settings) {
  settings.application += " notifications";
  return settings;
}

struct FreeNotification {
  void operator()(PGnotify* one) const { PQfreemem(one); }
};
struct ClearAnswer {
  void operator()(PGresult* one) const { PQclear(one); }
};

}  // namespace

class Notifications::Watch final : public StoreWatch {
 public:
  Watch(std::shared_ptr<Notifications> all, int key) : all_(std::move(all)), key_(key) {}
  ~Watch() override { all_->forget(key_); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  const std::shared_ptr<Notifications> all_;
  const int key_;
};

Notifications::Notifications(Settings settings, Host host)
    : settings_(of_notifications(std::move(settings))), host_(host), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Notifications::~Notifications() { stop(); }

std::unique_ptr<StoreWatch> Notifications::watch(std::string_view topic, std::function<void()> heard) {
  int key = 0;
  {
    const std::lock_guard lock(calling_);
    key = next_key_++;
    watchers_.emplace(key, Watcher{std::string(topic), std::move(heard)});
  }
  auto made = std::make_unique<Watch>(shared_from_this(), key);
  const std::lock_guard lock(mutex_);
  begin();
  return made;
}

void Notifications::forget(int key) {
  const std::lock_guard lock(calling_);
  watchers_.erase(key);
}

void Notifications::tell(std::string_view topic) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || !told_.emplace(topic).second) return;
  begin();
  wake();
}

void Notifications::begin() {
  if (stopping_ || std::exchange(begun_, true)) return;
  thread_ = std::thread([this] { run(); });
}

void Notifications::stop() {
  std::thread ending;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ending = std::move(thread_);
  }
  stopped_.notify_all();
  wake();
  if (ending.joinable()) ending.join();
}

void Notifications::wake() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof one);
}

void Notifications::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  auto pause = kFirstPause;
  bool away = false;
  while (!stopping_) {
    try {
      const auto connection = connect();
      if (std::exchange(away, false)) host_.info("words of other programs on the store are heard again");
      pause = kFirstPause;
      call([](const std::string&) { return true; });
      serve(connection.get());
      if (stopping_) return;
      host_.warn("the connection that hears other programs on the store ended; polling goes on meanwhile",
                 {{"cause", PQerrorMessage(connection.get())}});
      away = true;
    } catch (const Unreachable& gone) {
      if (!std::exchange(away, true))
        host_.warn("other programs on the store cannot be heard; polling goes on meanwhile",
                   {{"cause", gone.why.message}});
    } catch (const std::exception& fault) {
      if (stopping_) return;
      host_.error("other programs on the store cannot be heard; polling goes on meanwhile", {{"cause", fault.what()}});
    }
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, pause, [this] { return stopping_.load(); });
    pause = std::min(2 * pause, kLongestPause);
  }
}

OwnedConnection Notifications::connect() const {
  const Context none(nullptr);
  const Patience patience{none, stopping_};
  const auto until = Clock::now() + settings_.connect_timeout;
  auto connection = dial(settings_, Access::write, patience, until);
  // A word that is lost in a crash costs a poll: its commit need not reach the disk.
  if (PQsendQuery(connection.get(), "SET synchronous_commit = off; LISTEN wyvern") != 1)
    throw Unreachable{refused(connection.get())};
  for (;;) {
    if (PQflush(connection.get()) < 0 || PQconsumeInput(connection.get()) == 0)
      throw Unreachable{refused(connection.get())};
    if (PQisBusy(connection.get()) == 0) {
      const std::unique_ptr<PGresult, ClearAnswer> answer(PQgetResult(connection.get()));
      if (answer == nullptr) return connection;
      if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) throw Unreachable{refused(connection.get())};
      continue;
    }
    patience.check();
    if (Clock::now() >= until) throw Unreachable{{"no answer within the time for connecting", {}}};
    (void)wait_a_little(PQsocket(connection.get()), POLLIN);
  }
}

// Until the connection has ended, or the store stops.
void Notifications::serve(PGconn* connection) {
  bool sending = false;
  auto next_words = Clock::now();
  while (!stopping_) {
    const bool unread = PQconsumeInput(connection) != 0;
    while (PQisBusy(connection) == 0) {
      const std::unique_ptr<PGresult, ClearAnswer> answer(PQgetResult(connection));
      if (answer == nullptr) {
        sending = false;
        break;
      }
    }
    hear(connection);
    if (!unread || PQstatus(connection) != CONNECTION_OK) return;
    const auto now = Clock::now();
    if (!sending && now >= next_words && send_words(connection)) {
      sending = true;
      next_words = now + kBetweenWords;
    }
    const int unsent = PQflush(connection);
    if (unsent < 0) return;
    const short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 2> waited{{{PQsocket(connection), events, 0}, {wake_.get(), POLLIN, 0}}};
    // What is told within the pause between two words waits for its end.
    const bool pausing = now < next_words;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_words - now);
    (void)::poll(waited.data(), waited.size(), pausing ? static_cast<int>(left.count()) : -1);
    std::uint64_t rung = 0;
    (void)!::read(wake_.get(), &rung, sizeof rung);
  }
}

void Notifications::hear(PGconn* connection) {
  std::set<std::string> topics;
  const std::string ours = settings_.schema + "/";
  while (const std::unique_ptr<PGnotify, FreeNotification> one{PQnotifies(connection)}) {
    const std::string_view word = one->extra;
    if (one->be_pid != PQbackendPID(connection) && word.starts_with(ours)) topics.emplace(word.substr(ours.size()));
  }
  if (!topics.empty()) call([&](const std::string& topic) { return topics.contains(topic); });
}

// Neither a topic nor a schema has anything in it that would end a literal.
bool Notifications::send_words(PGconn* connection) {
  std::string words;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& topic : told_)
      words += (words.empty() ? "" : ", ") + ("pg_notify('wyvern', '" + settings_.schema + "/" + topic + "')");
    told_.clear();
  }
  return !words.empty() && PQsendQuery(connection, ("SELECT " + words).c_str()) == 1;
}

void Notifications::call(const std::function<bool(const std::string& topic)>& concerned) {
  const std::lock_guard lock(calling_);
  for (const auto& [key, watcher] : watchers_)
    if (concerned(watcher.topic)) watcher.heard();
}

}  // namespace wyvern::postgres
