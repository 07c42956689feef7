#include "config/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>
#include <utility>

namespace wyvern::config {
namespace {

using NodePointer = std::shared_ptr<YamlNode>;

// Ends the parse with a reason of our own.
struct Refused {
  int line, column;
  std::string code, message;
};

class Builder : public YAML::EventHandler {
 public:
  NodePointer root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root != nullptr)
      throw Refused{mark.line + 1, mark.column + 1, "config.documents", "the file holds more than one document"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(make(mark, anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (++aliases_ > yaml_alias_limit)
      throw Refused{mark.line + 1, mark.column + 1, "config.alias",
                    "the file holds more than " + std::to_string(yaml_alias_limit) + " aliases"};
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refused{mark.line + 1, mark.column + 1, "config.yaml", "this alias has no anchor before it"};
    // A circle would be followed without end, and never be freed.
    for (const auto& [holder, key] : open_)
      if (holder == found->second)
        throw Refused{mark.line + 1, mark.column + 1, "config.alias", "this alias stands inside of what it names"};
    add(found->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag, "tag:yaml.org,2002:str");
    auto node = make(mark, anchor);
    node->kind = YamlNode::Kind::scalar;
    node->text = value;
    node->quoted = tag != "?" && !tag.empty();
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag, "tag:yaml.org,2002:seq");
    open(mark, anchor, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag, "tag:yaml.org,2002:map");
    open(mark, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    NodePointer node;
    NodePointer key;
  };

  static void check_tag(const YAML::Mark& mark, const std::string& tag, std::string_view allowed) {
    if (!tag.empty() && tag != "?" && tag != "!" && tag != allowed)
      throw Refused{mark.line + 1, mark.column + 1, "config.tag",
                    "the tag '" + tag + "' is not used here: the plugin's schema decides the type of each value"};
  }
  NodePointer make(const YAML::Mark& mark, YAML::anchor_t anchor) {
    auto node = std::make_shared<YamlNode>();
    node->line = mark.line + 1;
    node->column = mark.column + 1;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    return node;
  }
  void open(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (static_cast<int>(open_.size()) >= yaml_depth_limit)
      throw Refused{mark.line + 1, mark.column + 1, "config.depth",
                    "this is nested deeper than " + std::to_string(yaml_depth_limit) + " levels"};
    auto node = make(mark, anchor);
    node->kind = kind;
    add(node);
    open_.push_back({std::move(node), nullptr});
  }
  void close() { open_.pop_back(); }
  void add(NodePointer node) {
    if (open_.empty()) {
      root = std::move(node);
    } else if (auto& [parent, key] = open_.back(); parent->kind == YamlNode::Kind::sequence) {
      parent->items.push_back(std::move(node));
    } else if (key == nullptr) {
      key = std::move(node);
    } else {
      parent->entries.emplace_back(std::exchange(key, nullptr), std::move(node));
    }
  }

  std::vector<Open> open_;
  std::map<YAML::anchor_t, NodePointer> anchors_;
  int aliases_ = 0;
};

// Every line that is indented with a tab: the usual reason why a parser stumbles, and the one it names worst.
std::vector<Diagnostic> tabs(const std::string& text, const std::string& file) {
  std::vector<Diagnostic> found;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line) && found.size() < 100; ++number) {
    const auto indent = line.find_first_not_of(" \t");
    const auto tab = line.find('\t');
    if (indent != std::string::npos && tab < indent)
      found.push_back({{file, number, static_cast<int>(tab) + 1},
                       Severity::error,
                       "config.tab",
                       "",
                       "a tab in the indentation; YAML takes spaces only",
                       "replace the tab by spaces"});
  }
  return found;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name->kind == Kind::scalar && name->text == key) return value.get();
  return nullptr;
}

NodePointer parse_yaml(const std::string& text, const std::string& file, std::vector<Diagnostic>& diagnostics) {
  Builder builder;
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    diagnostics.push_back(
        {{file, refused.line, refused.column}, Severity::error, refused.code, "", refused.message, ""});
    return nullptr;
  } catch (const YAML::Exception& bad) {
    if (auto found = tabs(text, file); !found.empty())
      diagnostics.insert(diagnostics.end(), found.begin(), found.end());
    else
      diagnostics.push_back({{file, bad.mark.line + 1, bad.mark.column + 1},
                             Severity::error,
                             "config.yaml",
                             "",
                             "this is not YAML: " + bad.msg,
                             ""});
    return nullptr;
  }
  if (builder.root == nullptr) {
    diagnostics.push_back({{file, 0, 0}, Severity::error, "config.empty", "", "the file is empty", ""});
  }
  return builder.root;
}

}  // namespace wyvern::config
