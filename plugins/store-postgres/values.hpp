// Values of abi/store.h in PostgreSQL's text format, and out of that and its binary one.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wyvern/store.hpp"

namespace wyvern::postgres {

// The parameters of one statement, for PQsendQueryPrepared. Types are left to the server, which takes them from the
// columns. Throws for a value that could not be read back as it was.
class Parameters {
 public:
  // Text and bytes stay the caller's.
  explicit Parameters(std::span<const wyv_value> values);

  int count() const { return static_cast<int>(data_.size()); }
  const char* const* data() const { return data_.data(); }
  const int* sizes() const { return sizes_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(const wyv_value& value);
  void add_text(std::string text);

  std::vector<std::unique_ptr<std::string>> owned_;  // texts must not move
  std::vector<const char*> data_;
  std::vector<int> sizes_;
  std::vector<int> formats_;
};

// Whether the server is to send the columns of this description in its own binary form, which costs it and us less:
// when Rows can read them all.
bool has_binary_form(const PGresult* description);

// The rows of an answer, in either form.
class Rows {
 public:
  explicit Rows(const PGresult* result);

  int count() const { return PQntuples(result_); }
  std::span<const wyv_view> names() const { return names_; }
  // The values of a row, valid until the next is read.
  std::span<const wyv_value> read(int row);

 private:
  wyv_value value(int row, int column);
  wyv_value value_of_text(int column, std::string_view text);

  const PGresult* result_;
  std::vector<wyv_view> names_;
  std::vector<wyv_value> values_;
  std::vector<std::string> bytes_;  // of a row, by column
};

}  // namespace wyvern::postgres
