#include "store/row_text.hpp"

#include <array>
#include <charconv>

namespace wyvern::store {
namespace {

// By character: whether it stands for itself in a JSON string.
constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

bool stands_for_itself(std::string_view text) {
  bool all = true;
  for (const char c : text) all &= plain[static_cast<unsigned char>(c)];
  return all;
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  out.append(text);
  out.push_back('"');
}

void append_integer(std::string& out, std::int64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  if (stands_for_itself(text)) {
    append_quoted(out, text);
  } else {
    out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

void append_value(std::string& out, const wyv_value& value) {
  switch (value.type) {
    case WYV_VALUE_BOOL:
      out += value.as.integer != 0 ? "true" : "false";
      return;
    case WYV_VALUE_INT64:
      return append_integer(out, value.as.integer);
    case WYV_VALUE_DOUBLE:
      out += Json(value.as.real).dump();
      return;
    case WYV_VALUE_TEXT:
    case WYV_VALUE_BYTES:
      return append_string(out, wyvern::text(value.as.text));
    case WYV_VALUE_TIMESTAMP:
      return append_quoted(out, Timestamp{value.as.integer}.iso8601());
    case WYV_VALUE_JSON:
      out += wyvern::text(value.as.text);  // the kernel alone writes it
      return;
    default:
      out += "null";
  }
}

void RowsText::add(const Row& row) {
  if (names_.size() != row.count()) {
    names_.clear();
    for (std::uint32_t place = 0; place < row.count(); ++place) {
      names_.emplace_back();
      append_string(names_.back(), row.name(place));
      names_.back().push_back(':');
    }
  }
  text_ += text_.size() > 1 ? ",{" : "{";
  for (std::uint32_t place = 0; place < row.count(); ++place) {
    const auto before = text_.size();
    if (text_.back() != '{') text_.push_back(',');
    text_ += names_[place];
    const auto shown = look_ ? look_(row, place, text_) : Shown::as_it_is;
    if (shown == Shown::as_it_is) append_value(text_, row.value(place));
    if (shown == Shown::not_at_all) text_.resize(before);
  }
  text_.push_back('}');
}

std::string RowsText::take() {
  text_.push_back(']');
  return std::move(text_);
}

}  // namespace wyvern::store
