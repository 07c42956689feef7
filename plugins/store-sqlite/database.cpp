#include "database.hpp"

namespace wyvern::sqlite {

Database::Database(const std::string& path, unsigned read_sessions, const Context& context)
    : file_(path, context), readers_(read_sessions) {
  idle_writer_ = std::make_unique<Connection>(file_.path(), Connection::Access::write, &interrupted_, context);
}

std::unique_ptr<Connection> Database::take(bool for_writing, const Context& context) {
  auto& turnstile = for_writing ? writers_ : readers_;
  turnstile.enter(context, for_writing ? "the one write session of the database" : "a read session of the database");
  try {
    {
      const std::lock_guard lock(mutex_);
      if (for_writing && idle_writer_ != nullptr) return std::move(idle_writer_);
      if (!for_writing && !idle_readers_.empty()) {
        auto connection = std::move(idle_readers_.back());
        idle_readers_.pop_back();
        return connection;
      }
    }
    const auto access = for_writing ? Connection::Access::write : Connection::Access::read;
    return std::make_unique<Connection>(file_.path(), access, &interrupted_, context);
  } catch (...) {
    turnstile.leave();
    throw;
  }
}

void Database::give_back(bool for_writing, std::unique_ptr<Connection> connection) {
  if (connection->reusable()) {
    const std::lock_guard lock(mutex_);
    if (for_writing)
      idle_writer_ = std::move(connection);
    else
      idle_readers_.push_back(std::move(connection));
  }
  connection.reset();
  (for_writing ? writers_ : readers_).leave();
}

std::size_t Database::wait_until_unused(const Context& context) {
  constexpr auto kLongest = std::chrono::seconds(5);
  return writers_.wait_until_empty(context, kLongest) + readers_.wait_until_empty(context, kLongest);
}

}  // namespace wyvern::sqlite
