// Pages of a list: `limit` rows behind the one that the caller saw last. Lists share it, so that all page alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operations/operation.hpp"
#include "store/store.hpp"

namespace wyvern::operations {

// The order of a list. The last column is the id's, so that no two rows stand at one place: rows of one time are
// neither lost between pages nor told twice.
struct Order {
  std::string_view from;                  // "assets a": where the row that was seen last is looked up
  std::vector<std::string_view> columns;  // {"a.created_at", "a.id"}
  bool descending = false;

  // " ORDER BY …"
  std::string sql() const;
};

class Page {
 public:
  static constexpr std::int64_t most = 500;
  // The properties `limit` and `after` of a request's schema.
  static Json properties(std::int64_t usual_limit = most);

  explicit Page(const Call& call, std::int64_t usual_limit = most);

  // " AND …": the rows behind `after`, wherever the list's filters are by now; empty for the first page. Throws Refusal
  // 400 when there is no such row (any more). What it binds is `this`'s.
  std::string behind(store::Session& session, const Order& order, std::vector<store::Parameter>& parameters) const&;
  // The whole end of a statement that has a WHERE: behind, order and limit.
  std::string tail(store::Session& session, const Order& order, std::vector<store::Parameter>& parameters) const&;
  // The statement would be run after the page is gone.
  std::string behind(store::Session&, const Order&, std::vector<store::Parameter>&) const&& = delete;
  std::string tail(store::Session&, const Order&, std::vector<store::Parameter>&) const&& = delete;

  std::size_t limit() const { return static_cast<std::size_t>(limit_); }

 private:
  std::int64_t limit_;
  std::optional<std::string> after_;
};

}  // namespace wyvern::operations
