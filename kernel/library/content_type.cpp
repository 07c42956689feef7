#include "library/content_type.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace wyvern::library {

std::string_view content_type_of(std::string_view filename) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 24> types{{
      {"mp4", "video/mp4"},       {"m4v", "video/mp4"},       {"mov", "video/quicktime"}, {"mkv", "video/x-matroska"},
      {"webm", "video/webm"},     {"ts", "video/mp2t"},       {"m2ts", "video/mp2t"},     {"mts", "video/mp2t"},
      {"mxf", "application/mxf"}, {"avi", "video/x-msvideo"}, {"mpg", "video/mpeg"},      {"mpeg", "video/mpeg"},
      {"flv", "video/x-flv"},     {"ogv", "video/ogg"},       {"wmv", "video/x-ms-wmv"},  {"wav", "audio/wav"},
      {"mp3", "audio/mpeg"},      {"m4a", "audio/mp4"},       {"aac", "audio/aac"},       {"flac", "audio/flac"},
      {"ogg", "audio/ogg"},       {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},     {"png", "image/png"},
  }};
  std::string extension(filename.substr(std::min(filename.size(), filename.rfind('.') + 1)));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const auto& [known, type] : types) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

}  // namespace wyvern::library
