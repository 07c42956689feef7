#include "values.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "moments.hpp"

namespace wyvern::postgres {

namespace {

// Of pg_type, which never changes them.
enum Oid : ::Oid {
  bool_oid = 16,
  bytea_oid = 17,
  int8_oid = 20,
  int2_oid = 21,
  int4_oid = 23,
  json_oid = 114,
  oid_oid = 26,
  float4_oid = 700,
  float8_oid = 701,
  timestamp_oid = 1114,
  timestamptz_oid = 1184,
  numeric_oid = 1700,
  jsonb_oid = 3802
};

Failure unreadable(const char* what) { return {WYV_INVALID, "store.value", what}; }

wyv_value integer(std::uint32_t type, std::int64_t number) {
  wyv_value value{};
  value.type = type;
  value.as.integer = number;
  return value;
}

wyv_value real(double number) {
  wyv_value value{};
  value.type = WYV_VALUE_DOUBLE;
  value.as.real = number;
  return value;
}

double double_of(std::string_view text) {
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  double number = std::numeric_limits<double>::quiet_NaN();
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Of a sum of BIGINTs, which PostgreSQL makes NUMERIC so that it cannot overflow.
wyv_value number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return integer(WYV_VALUE_INT64, number);
  return real(double_of(text));
}

int nibble(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

// "\x00ff"
std::string bytes_of(std::string_view hex) {
  std::string bytes;
  if (hex.size() < 2) return bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 2; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(nibble(hex[i]) * 16 + nibble(hex[i + 1])));
  return bytes;
}

}  // namespace

Parameters::Parameters(std::span<const wyv_value> values) {
  for (const auto& value : values) add(value);
}

void Parameters::add_text(std::string text) {
  owned_.push_back(std::make_unique<std::string>(std::move(text)));
  data_.push_back(owned_.back()->c_str());
  sizes_.push_back(0);  // texts end with a zero
  formats_.push_back(0);
}

void Parameters::add(const wyv_value& value) {
  switch (value.type) {
    case WYV_VALUE_NULL:
      data_.push_back(nullptr);
      sizes_.push_back(0);
      formats_.push_back(0);
      return;
    case WYV_VALUE_BOOL:
      return add_text(value.as.integer != 0 ? "t" : "f");
    case WYV_VALUE_INT64:
      return add_text(std::to_string(value.as.integer));
    case WYV_VALUE_TIMESTAMP: {
      auto text = moment_text(value.as.integer);
      if (!text) throw unreadable("a timestamp lies outside the years that can be stored");
      return add_text(std::move(*text));
    }
    case WYV_VALUE_DOUBLE: {
      if (std::isnan(value.as.real)) throw unreadable("a number that is not a number (NaN) cannot be stored");
      std::array<char, 40> digits{};
      const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value.as.real);
      return add_text({digits.data(), written.ptr});
    }
    case WYV_VALUE_TEXT:
    case WYV_VALUE_JSON: {
      const auto bytes = text(value.as.text);
      if (bytes.find('\0') != std::string_view::npos) throw unreadable("a text with a zero byte cannot be stored");
      return add_text(std::string(bytes));
    }
    case WYV_VALUE_BYTES: {
      const auto bytes = text(value.as.text);
      if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw Failure(WYV_EXHAUSTED, "store.too_big", "a value is larger than a row may be");
      data_.push_back(bytes.empty() ? "" : bytes.data());
      sizes_.push_back(static_cast<int>(bytes.size()));
      formats_.push_back(1);
      return;
    }
    default:
      throw unreadable("a parameter has a type that is not known");
  }
}

Rows::Rows(const PGresult* result) : result_(result) {
  const int columns = PQnfields(result);
  for (int i = 0; i < columns; ++i) names_.push_back(view(PQfname(result, i)));
  values_.resize(names_.size());
  bytes_.resize(names_.size());
}

std::span<const wyv_value> Rows::read(int row) {
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = value(row, static_cast<int>(i));
  return values_;
}

wyv_value Rows::value(int row, int column) {
  wyv_value value{};
  if (PQgetisnull(result_, row, column) != 0) return value;
  const std::string_view text(PQgetvalue(result_, row, column),
                              static_cast<std::size_t>(PQgetlength(result_, row, column)));
  switch (PQftype(result_, column)) {
    case bool_oid:
      return integer(WYV_VALUE_BOOL, text == "t" ? 1 : 0);
    case int2_oid:
    case int4_oid:
    case int8_oid:
    case oid_oid:
    case numeric_oid:
      return number_of(text);
    case float4_oid:
    case float8_oid:
      return real(double_of(text));
    case timestamp_oid:
    case timestamptz_oid: {
      const auto moment = moment_of(text);
      if (!moment) throw unreadable("a stored timestamp lies outside the years that can be read");
      return integer(WYV_VALUE_TIMESTAMP, *moment);
    }
    case bytea_oid: {
      auto& bytes = bytes_[static_cast<std::size_t>(column)];
      bytes = bytes_of(text);
      value.type = WYV_VALUE_BYTES;
      value.as.text = view(bytes);
      return value;
    }
    case json_oid:
    case jsonb_oid:
      value.type = WYV_VALUE_JSON;
      break;
    default:
      value.type = WYV_VALUE_TEXT;
  }
  value.as.text = view(text);
  return value;
}

}  // namespace wyvern::postgres
