#include "moments.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>

namespace wyvern::postgres {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
// From 4711 BC, where PostgreSQL begins, to the year 32000, where the standard calendar is about to end.
constexpr std::int64_t kFirstDay = -2'440'000;
constexpr std::int64_t kLastDay = 10'970'000;

std::int64_t day_of(std::int64_t since) { return since / kDay - (since % kDay < 0 ? 1 : 0); }

// Takes digits, with the separator before them, off the front.
std::optional<unsigned> take_number(std::string_view& text, char separator = '\0') {
  if (separator != '\0') {
    if (!text.starts_with(separator)) return std::nullopt;
    text.remove_prefix(1);
  }
  unsigned number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

// ".5" are 500000 microseconds.
std::int64_t take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t fraction = 0;
  for (std::int64_t place = kSecond / 10; !text.empty() && text[0] >= '0' && text[0] <= '9'; place /= 10) {
    fraction += place * (text[0] - '0');
    text.remove_prefix(1);
  }
  return fraction;
}

}  // namespace

bool is_moment(std::int64_t since) {
  constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();
  if (since == endless || since == std::numeric_limits<std::int64_t>::min()) return true;
  return day_of(since) >= kFirstDay && day_of(since) <= kLastDay;
}

std::optional<std::string> moment_text(std::int64_t since) {
  if (since == std::numeric_limits<std::int64_t>::max()) return "infinity";
  if (since == std::numeric_limits<std::int64_t>::min()) return "-infinity";
  if (!is_moment(since)) return std::nullopt;
  const std::int64_t day = day_of(since);
  const year_month_day date{sys_days(days(day))};
  const int year = static_cast<int>(date.year());
  const auto in_day = since - day * kDay;
  const auto second = static_cast<int>(in_day / kSecond);
  std::array<char, 80> out{};
  // The year before 1 is 1 BC, and 0 in the standard calendar.
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u %02d:%02d:%02d.%06d+00%s", year > 0 ? year : 1 - year,
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600, second / 60 % 60,
                second % 60, static_cast<int>(in_day % kSecond), year > 0 ? "" : " BC");
  return std::string(out.data());
}

std::optional<std::int64_t> moment_of(std::string_view text) {
  if (text == "infinity") return std::numeric_limits<std::int64_t>::max();
  if (text == "-infinity") return std::numeric_limits<std::int64_t>::min();
  const auto year = take_number(text);
  const auto month = take_number(text, '-');
  const auto day = take_number(text, '-');
  const auto hour = take_number(text, ' ');
  const auto minute = take_number(text, ':');
  const auto second = take_number(text, ':');
  if (!year || !month || !day || !hour || !minute || !second || *year > 32'000) return std::nullopt;
  const auto fraction = take_fraction(text);
  const bool before_christ = text.ends_with(" BC");
  const int astronomical = before_christ ? 1 - static_cast<int>(*year) : static_cast<int>(*year);
  const sys_days date = std::chrono::year(astronomical) / std::chrono::month(*month) / std::chrono::day(*day);
  return date.time_since_epoch().count() * kDay + (*hour * 3600 + *minute * 60 + *second) * kSecond + fraction;
}

}  // namespace wyvern::postgres
