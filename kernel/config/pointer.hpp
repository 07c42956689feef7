// JSON pointers, one step at a time.
#pragma once

#include <string>
#include <string_view>

namespace wyvern::config {

inline std::string pointer_to(std::string_view parent, std::string_view key) {
  std::string pointer(parent);
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

}  // namespace wyvern::config
