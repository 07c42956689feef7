#include <algorithm>
#include <map>
#include <stdexcept>
#include <system_error>

#include "config/config.hpp"
#include "config/convert.hpp"
#include "config/instances.hpp"
#include "config/pointer.hpp"
#include "config/redact.hpp"
#include "config/schema.hpp"
#include "config/sections.hpp"
#include "config/substitution.hpp"
#include "config/whole_file.hpp"
#include "config/yaml.hpp"

namespace wyvern::config {
namespace {

const Schema& compiled_file_schema() {
  static const Schema schema(file_schema());
  return schema;
}

std::shared_ptr<YamlNode> read(const std::filesystem::path& file, std::vector<Diagnostic>& diagnostics) {
  const auto read = read_text(file, yaml_size_limit);
  const auto refuse = [&](const char* code, std::string message) {
    diagnostics.push_back({{file.string(), 0, 0}, Severity::error, code, "", std::move(message), ""});
    return nullptr;
  };
  if (!read.text) return refuse("config.unreadable", "the file cannot be read: " + read.reason);
  if (!is_utf8(*read.text)) return refuse("config.encoding", "the file is not UTF-8 text");
  auto root = parse_yaml(*read.text, file.string(), diagnostics);
  if (root != nullptr && root->kind != YamlNode::Kind::map)
    return refuse("config.type", "the file must be a map of sections, beginning with 'wyvern: 1'");
  return root;
}

std::string config_code(const std::string& schema_code) {
  static const std::map<std::string, std::string> named = {{"schema.additionalProperties", "config.unknown_key"},
                                                           {"schema.required", "config.missing_key"},
                                                           {"schema.type", "config.type"},
                                                           {"schema.enum", "config.value"},
                                                           {"schema.const", "config.value"},
                                                           {"schema.pattern", "config.value"}};
  const auto found = named.find(schema_code);
  return found != named.end() ? found->second : "config" + schema_code.substr(schema_code.find('.'));
}

// One load, from text to Config.
class Loading {
 public:
  Loading(const std::filesystem::path& file, const SchemaSource& plugins)
      : file_(std::filesystem::absolute(file).lexically_normal()), base_(file_.parent_path()), plugins_(plugins) {}

  Loaded run(const std::filesystem::path& shown) {
    shown_ = shown.string();
    Loaded loaded;
    if (const auto root = read(shown, diagnostics_); root != nullptr) {
      claims_ = find_claims(*root);
      auto claimed = schemas_for(claims_, plugins_);
      schemas_ = std::move(claimed.by_pointer);
      converted_ = convert(*root, file_schema(), schemas_, shown_, base_, diagnostics_);
      place(std::move(claimed.diagnostics));
      check(compiled_file_schema(), converted_.value, "");
      for (const auto& [pointer, schema] : schemas_) {
        // Absent, or no map, when the file was too large to follow or names the instance twice: that is a fault
        // already.
        const Json::json_pointer at(pointer);
        if (!converted_.value.contains(at) || !converted_.value.at(at).is_object()) continue;
        Json settings = converted_.value.at(at);
        settings.erase("plugin");
        check(schema, settings, pointer);
      }
      place(check_whole_file(converted_.value, claims_));
      if (!has_errors(diagnostics_)) loaded.config = assemble();
    }
    std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    loaded.diagnostics = std::move(diagnostics_);
    return loaded;
  }

 private:
  void place(std::vector<Diagnostic> found) {
    for (auto& diagnostic : found) {
      diagnostic.at = locate(converted_, diagnostic.path, diagnostic.code == "config.name");
      if (diagnostic.at.file.empty()) diagnostic.at.file = shown_;
      diagnostics_.push_back(std::move(diagnostic));
    }
  }

  void check(const Schema& schema, const Json& value, const std::string& prefix) {
    for (auto& fault : schema.check(value)) {
      const auto pointer = prefix + fault.pointer;
      const auto& unknown = converted_.unknown;
      if (std::find(unknown.begin(), unknown.end(), pointer) != unknown.end()) continue;
      // What a substitution stands for is not shown: it may be a secret.
      if (const auto from = converted_.substituted.find(pointer); from != converted_.substituted.end()) {
        fault.message = "what " + from->second + " stands for is not allowed here (" +
                        fault.code.substr(fault.code.find('.') + 1) + ")";
        fault.suggestion.clear();
      }
      auto at = locate(converted_, pointer, fault.code == "schema.additionalProperties");
      if (at.file.empty()) at.file = shown_;
      diagnostics_.push_back({std::move(at), Severity::error, config_code(fault.code), pointer,
                              std::move(fault.message), std::move(fault.suggestion)});
    }
  }

  // The substitutions of a subtree are printed as they stand in the file.
  Json as_printed(const Json& schema, Json value, const std::string& prefix) const {
    value = without_secrets(schema, std::move(value));
    for (const auto& [pointer, text] : converted_.substituted) {
      if (!pointer.starts_with(prefix + "/")) continue;
      const Json::json_pointer inside(pointer.substr(prefix.size()));
      if (value.contains(inside)) value[inside] = text;
    }
    return value;
  }

  Config assemble() const {
    Config config;
    config.file = file_;
    Json whole = with_absolute_paths(file_schema(), compiled_file_schema().with_defaults(converted_.value), base_);
    config.state_dir = whole["state_dir"].get<std::string>();
    config.roles = whole["roles"].get<std::vector<std::string>>();
    for (const auto& dir : whole["plugin_dirs"]) config.plugin_dirs.emplace_back(dir.get<std::string>());
    for (const auto& section : kernel_sections()) config.sections[section] = whole[section];
    config.printable = as_printed(file_schema(), whole, "");
    for (const auto& claim : claims_) {
      const auto& schema = schemas_.at(claim.pointer);
      const Json::json_pointer pointer(claim.pointer);
      Json settings = whole.at(pointer);
      settings.erase("plugin");
      settings = with_absolute_paths(schema.json(), schema.with_defaults(std::move(settings)), base_);
      Json printed = as_printed(schema.json(), settings, claim.pointer);
      printed["plugin"] = claim.plugin;
      config.printable[pointer] = std::move(printed);
      config.instances.push_back({std::string(claim.kind->name), claim.name, claim.plugin, std::move(settings),
                                  locate(converted_, claim.pointer, true)});
    }
    return config;
  }

  std::filesystem::path file_, base_;
  const SchemaSource& plugins_;
  std::string shown_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Claim> claims_;
  std::map<std::string, Schema> schemas_;
  Converted converted_;
};

}  // namespace

Loaded load(const std::filesystem::path& file, const SchemaSource& plugins) {
  try {
    return Loading(file, plugins).run(file);
  } catch (const std::exception& bad) {
    return {std::nullopt,
            {{{file.string(), 0, 0},
              Severity::error,
              "config.internal",
              "",
              std::string("the check failed: ") + bad.what(),
              ""}}};
  }
}

std::vector<std::filesystem::path> plugin_dirs_in(const std::filesystem::path& file) {
  std::vector<Diagnostic> ignored;
  std::vector<std::filesystem::path> dirs;
  const auto root = read(file, ignored);
  const auto* named = root == nullptr ? nullptr : root->find("plugin_dirs");
  if (named == nullptr) return dirs;
  std::error_code fault;
  const auto base = std::filesystem::absolute(file, fault).parent_path();
  for (const auto& item : named->items) {
    if (item->kind != YamlNode::Kind::scalar) continue;
    const auto substitution = substitute(item->text, base);
    if (substitution.outcome == Substitution::Outcome::fault) continue;
    const auto& text = substitution.outcome == Substitution::Outcome::none ? item->text : substitution.text;
    if (!text.empty()) dirs.push_back((base / text).lexically_normal());
  }
  return dirs;
}

}  // namespace wyvern::config
