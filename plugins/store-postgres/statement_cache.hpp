// The names of the statements that a connection has prepared, the last used first; a bounded number.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wyvern::postgres {

struct Prepared {
  std::string name;
  bool binary = false;  // the form of its rows
};

class StatementCache {
 public:
  explicit StatementCache(std::size_t most) : most_(most) {}

  // A statement that was prepared, or nothing.
  std::optional<Prepared> find(std::string_view sql);
  // A name for a further one.
  std::string new_name() { return "w" + std::to_string(++last_); }
  void keep(std::string_view sql, Prepared prepared);
  // Takes out what was used least recently when it is full: its name, to be deallocated.
  std::optional<std::string> make_room();
  // Takes out one, to be deallocated.
  std::optional<std::string> forget(std::string_view sql);

 private:
  struct Kept {
    std::string sql;
    Prepared prepared;
  };
  const std::size_t most_;
  std::uint64_t last_ = 0;
  std::list<Kept> kept_;
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_sql_;
};

}  // namespace wyvern::postgres
