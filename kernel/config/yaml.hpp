// YAML as text and positions: no scalar has a type yet, because the schema decides that.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostic.hpp"

namespace wyvern::config {

inline constexpr std::size_t yaml_size_limit = std::size_t{1} << 20;  // bytes
inline constexpr int yaml_depth_limit = 64;
// Each alias may add the depth of what it names, and trees are followed and freed by recursion.
inline constexpr int yaml_alias_limit = 64;
inline constexpr std::size_t yaml_node_limit = 50'000;  // with every alias counted as what it stands for

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  int line = 0, column = 0;  // from 1
  std::string text;          // of a scalar
  bool quoted = false;       // a quoted or a block scalar, or one tagged !!str: always a string
  std::vector<std::shared_ptr<YamlNode>> items;
  std::vector<std::pair<std::shared_ptr<YamlNode>, std::shared_ptr<YamlNode>>> entries;  // as they stand in the file

  // The value of a key, or null.
  const YamlNode* find(std::string_view key) const;
};

// The document, or null with the reason in `diagnostics`. An alias is the very node that it names, never one that holds
// it; a hostile file can still make a tree that multiplies, so who follows it counts.
std::shared_ptr<YamlNode> parse_yaml(const std::string& text, const std::string& file,
                                     std::vector<Diagnostic>& diagnostics);

}  // namespace wyvern::config
