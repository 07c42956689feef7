// Did you mean …?
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wyvern::config {

// The candidate that `word` is most likely a slip of, or nothing when none is near. Ties go to the first one.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

// "did you mean 'x'?", or empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace wyvern::config
