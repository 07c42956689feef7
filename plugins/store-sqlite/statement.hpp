// One statement from its text to its last row.
#pragma once

#include <span>
#include <string_view>

#include "connection.hpp"
#include "wyvern/store.hpp"

namespace wyvern::sqlite {

class Statement {
 public:
  // `sql` and `context` are kept by reference for the length of the call.
  Statement(Connection& connection, std::string_view sql, const Context& context);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Returns the number of rows changed.
  std::uint64_t run(std::span<const wyv_value> parameters, const StoreSession::OnRow& on_row);

 private:
  void bind(std::span<const wyv_value> parameters);
  bool step();

  Connection& connection_;
  std::string_view sql_;
  const Context& context_;
  Connection::OnBehalfOf call_;
  OwnedStatement raw_;
};

}  // namespace wyvern::sqlite
