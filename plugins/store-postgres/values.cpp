#include "values.hpp"

#include <array>
#include <bit>
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
  text_oid = 25,
  oid_oid = 26,
  json_oid = 114,
  float4_oid = 700,
  float8_oid = 701,
  varchar_oid = 1043,
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

// A number of as many bytes as came, the highest first.
std::int64_t big_endian(std::string_view bytes) {
  std::uint64_t number = !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number);
}

// PostgreSQL counts from 2000-01-01; its infinities are the smallest and the largest number, and so are ours.
std::int64_t moment_since_2000(std::int64_t since) {
  constexpr std::int64_t years_1970_to_2000 = std::int64_t{10'957} * 86'400 * 1'000'000;
  constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
  if (since == last || since == std::numeric_limits<std::int64_t>::min()) return since;
  if (since > last - years_1970_to_2000 || !is_moment(since + years_1970_to_2000))
    throw unreadable("a stored timestamp lies outside the years that can be read");
  return since + years_1970_to_2000;
}

wyv_value binary_value(::Oid type, std::string_view bytes) {
  wyv_value value{};
  switch (type) {
    case bool_oid:
      return integer(WYV_VALUE_BOOL, big_endian(bytes) != 0 ? 1 : 0);
    case int2_oid:
    case int4_oid:
    case int8_oid:
      return integer(WYV_VALUE_INT64, big_endian(bytes));
    case float8_oid:
      return real(std::bit_cast<double>(big_endian(bytes)));
    case timestamp_oid:
    case timestamptz_oid:
      return integer(WYV_VALUE_TIMESTAMP, moment_since_2000(big_endian(bytes)));
    case bytea_oid:
      value.type = WYV_VALUE_BYTES;
      break;
    case json_oid:
      value.type = WYV_VALUE_JSON;
      break;
    default:
      value.type = WYV_VALUE_TEXT;
  }
  value.as.text = view(bytes);
  return value;
}

}  // namespace

bool has_binary_form(const PGresult* description) {
  for (int column = 0; column < PQnfields(description); ++column) {
    switch (PQftype(description, column)) {
      case bool_oid:
      case bytea_oid:
      case int2_oid:
      case int4_oid:
      case int8_oid:
      case json_oid:
      case text_oid:
      case varchar_oid:
      case float8_oid:
      case timestamp_oid:
      case timestamptz_oid:
        break;
      default:
        return false;
    }
  }
  return true;
}

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
  if (PQfformat(result_, column) == 1) return binary_value(PQftype(result_, column), text);
  return value_of_text(column, text);
}

wyv_value Rows::value_of_text(int column, std::string_view text) {
  wyv_value value{};
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
