// Rows as JSON text, with no tree in between: what the lists that are read all the time answer with.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace wyvern::store {

// Appends `text` as a JSON string. What is no UTF-8 becomes U+FFFD.
void append_string(std::string& out, std::string_view text);
// Appends `value` as Row::json shows it.
void append_value(std::string& out, const wyv_value& value);

// The rows of one statement, or of several with the same columns, as a JSON array of objects: each column under its
// name, as Row::object shows it.
class RowsText {
 public:
  enum class Shown { as_it_is, instead, not_at_all };
  // Looks at a column of a row; `instead`: it has appended another value to `out`.
  using Look = std::function<Shown(const Row& row, std::uint32_t place, std::string& out)>;

  RowsText() = default;
  explicit RowsText(Look look) : look_(std::move(look)) {}

  void add(const Row& row);
  // The whole; nothing can be added after it.
  std::string take();

 private:
  const Look look_;
  std::vector<std::string> names_;  // of the columns, as they stand before their values
  std::string text_ = "[";
};

}  // namespace wyvern::store
