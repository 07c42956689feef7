#include "host/metrics.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace wyvern::host {
namespace {

Error fault(wyv_status status, std::string code, std::string message) {
  return {status, std::move(code), std::move(message), "", false};
}

bool is_label_name(const std::string& name) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && is_letter(name[0]) && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

bool is_metric_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':'; });
}

std::string escaped(const std::string& text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  const auto [end, ignored] = std::to_chars(text, text + sizeof text, value);
  (void)ignored;
  return {text, end};
}

bool contains_all(const Labels& series, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = series.find(label.first);
    return found != series.end() && found->second == label.second;
  });
}

}  // namespace

Result<void> Metrics::declare(std::string_view name, std::int32_t type, std::string_view help) {
  if (!is_metric_name(name))
    return fault(WYV_INVALID, "metrics.name", "'" + std::string(name) + "' is no name of a metric");
  const std::scoped_lock lock(mutex_);
  const auto [family, is_new] = families_.try_emplace(std::string(name), Family{type, std::string(help), {}});
  if (!is_new && family->second.type != type)
    return fault(WYV_CONFLICT, "metrics.type",
                 "the metric '" + std::string(name) + "' is declared already, with another type");
  return {};
}

Result<void> Metrics::set(std::string_view name, std::int32_t type, const Labels& labels, double value) {
  for (const auto& [label, ignored] : labels)
    if (!is_label_name(label)) return fault(WYV_INVALID, "metrics.label", "'" + label + "' is no name of a label");
  const std::scoped_lock lock(mutex_);
  const auto family = families_.find(name);
  if (family == families_.end())
    return fault(WYV_NOT_FOUND, "metrics.undeclared", "no metric '" + std::string(name) + "' is declared");
  if (family->second.type != type)
    return fault(WYV_INVALID, "metrics.type", "the metric '" + std::string(name) + "' is declared with another type");
  auto& series = family->second.series;
  const auto found = series.find(labels);
  if (type == WYV_METRIC_COUNTER) {
    if (!(value >= 0) || std::isinf(value))
      return fault(WYV_INVALID, "metrics.counter", "a counter counts from zero upwards");
    if (found != series.end() && value < found->second)
      return fault(WYV_INVALID, "metrics.counter", "the counter '" + std::string(name) + "' may only rise");
  }
  if (found != series.end()) {
    found->second = value;
    return {};
  }
  if (series.size() >= series_limit)
    return fault(WYV_EXHAUSTED, "metrics.series",
                 "the metric '" + std::string(name) + "' has " + std::to_string(series_limit) + " series already");
  series.emplace(labels, value);
  return {};
}

void Metrics::remove(const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, family] : families_)
    std::erase_if(family.series, [&](const auto& each) { return contains_all(each.first, labels); });
}

std::string Metrics::collect() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    if (family.series.empty()) continue;
    if (!family.help.empty()) out += "# HELP " + name + " " + escaped(family.help, false) + "\n";
    out += "# TYPE " + name + (family.type == WYV_METRIC_COUNTER ? " counter\n" : " gauge\n");
    for (const auto& [labels, value] : family.series) {
      std::string inside;
      for (const auto& [label, text] : labels)
        inside += (inside.empty() ? "" : ",") + label + "=\"" + escaped(text, true) + "\"";
      out += name + (inside.empty() ? "" : "{" + inside + "}") + " " + number(value) + "\n";
    }
  }
  return out;
}

}  // namespace wyvern::host
