#include "docs_page.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace wyvern::rest {
namespace {

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        made += c;
    }
  }
  return made;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
  return text;
}

// What a $ref leads to; anything else is itself.
const Json& resolved(const Json& document, const Json& value) {
  if (!value.is_object() || !value.contains("$ref")) return value;
  return document.at(Json::json_pointer(value.at("$ref").get<std::string>().substr(1)));
}

// "string (uuid)", "array of object", "integer or null", with what bounds it.
std::string type_of(const Json& schema) {
  if (!schema.is_object()) return {};
  std::string type;
  if (const auto found = schema.find("type"); found != schema.end()) {
    if (found->is_array()) {
      for (const auto& one : *found) type += (type.empty() ? "" : " or ") + one.get<std::string>();
    } else {
      type = found->get<std::string>();
    }
  }
  if (type == "array" && schema.contains("items")) type += " of " + type_of(schema.at("items"));
  if (schema.contains("format")) type += " (" + schema.at("format").get<std::string>() + ")";
  if (schema.contains("enum")) {
    std::string values;
    for (const auto& value : schema.at("enum")) values += (values.empty() ? "" : ", ") + value.dump();
    type += ": " + values;
  }
  for (const auto* bound : {"const", "default", "minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern"})
    if (schema.contains(bound)) type += std::string(", ") + bound + " " + schema.at(bound).dump();
  return type;
}

// By tag: path and method.
using Places = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;

class Page {
 public:
  explicit Page(const Json& document) : document_(document) {}

  void open(const std::string& style) {
    const auto& info = document_.at("info");
    const auto title = escaped(info.at("title").get<std::string>()) + " API";
    text_ += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
             "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<link rel=\"stylesheet\" href=\"" +
             escaped(style) + "\">\n</head>\n<body>\n<header>\n<h1>" + title + " <small>" +
             escaped(info.at("version").get<std::string>()) + "</small></h1>\n<p>" +
             escaped(info.value("description", "")) + " Below <code>" +
             escaped(document_.at("servers").at(0).at("url").get<std::string>()) +
             "</code>; as OpenAPI: <a href=\"openapi.json\">openapi.json</a>.</p>\n</header>\n";
  }

  void contents(const Places& places) {
    text_ += "<nav>\n";
    for (const auto& [tag, ignored] : places)
      text_ += "<a href=\"#tag-" + escaped(tag) + "\">" + escaped(tag) + "</a>\n";
    text_ += "</nav>\n<main>\n";
  }

  void tag(const std::string& name) { text_ += "<h2 id=\"tag-" + escaped(name) + "\">" + escaped(name) + "</h2>\n"; }

  void operation(const std::string& path, const std::string& method, const Json& operation) {
    const auto id = escaped(operation.at("operationId").get<std::string>());
    text_ += "<details id=\"" + id + "\">\n<summary><b class=\"" + method + "\">" + upper(method) + "</b> <code>" +
             escaped(path) + "</code> <span>" + escaped(operation.value("summary", "")) + "</span></summary>\n<p>" +
             escaped(operation.value("description", "")) + " <code>" + id + "</code></p>\n";
    parameters(operation.value("parameters", Json::array()));
    if (operation.contains("requestBody")) {
      text_ += "<h3>Body</h3>\n";
      content(operation.at("requestBody").at("content"));
    }
    text_ += "<h3>Answers</h3>\n<dl>\n";
    for (const auto& [status, answer] : operation.at("responses").items()) {
      const auto& response = resolved(document_, answer);
      text_ += "<dt>" + escaped(status) + "</dt><dd>" + escaped(response.value("description", "")) + "\n";
      if (&response == &answer && response.contains("content")) content(response.at("content"));
      text_ += "</dd>\n";
    }
    text_ += "</dl>\n</details>\n";
  }

  std::string close() {
    text_ += "</main>\n</body>\n</html>\n";
    return std::move(text_);
  }

 private:
  void row(const std::string& name, const std::string& where, bool required, const Json& schema,
           const std::string& description) {
    text_ += "<tr><th><code>" + escaped(name) + "</code>" + (required ? " *" : "") + "</th><td>" + where + "</td><td>" +
             escaped(type_of(schema)) + "</td><td>" + escaped(description) + "</td></tr>\n";
  }

  void parameters(const Json& parameters) {
    if (parameters.empty()) return;
    text_ += "<h3>Parameters</h3>\n<table>\n";
    for (const auto& given : parameters) {
      const auto& parameter = resolved(document_, given);
      row(parameter.at("name"), parameter.at("in"), parameter.value("required", false), parameter.at("schema"),
          parameter.value("description", ""));
    }
    text_ += "</table>\n";
  }

  void content(const Json& content) {
    for (const auto& [type, media] : content.items()) {
      text_ += "<p><code>" + escaped(type) + "</code></p>\n";
      const Json schema = media.is_object() ? media.value("schema", Json::object()) : Json::object();
      this->schema(resolved(document_, schema));
    }
  }

  void schema(const Json& schema) {
    const bool list = schema.value("type", Json()) == "array" && schema.contains("items");
    const Json& fields = list ? schema.at("items") : schema;
    if (list) text_ += "<p>A list of:</p>\n";
    if (!fields.is_object() || !fields.contains("properties")) {
      if (const auto type = type_of(fields); !type.empty()) text_ += "<p>" + escaped(type) + "</p>\n";
      return;
    }
    const Json required = fields.value("required", Json::array());
    text_ += "<table>\n";
    for (const auto& [name, property] : fields.at("properties").items()) {
      const bool needed = std::find(required.begin(), required.end(), Json(name)) != required.end();
      row(name, {}, needed, property, property.is_object() ? property.value("description", "") : std::string());
    }
    text_ += "</table>\n";
  }

  const Json& document_;
  std::string text_;
};

}  // namespace

std::string docs_page(const Json& document, const std::string& style) {
  Places places;
  for (const auto& [path, methods] : document.at("paths").items())
    for (const auto& [method, operation] : methods.items()) {
      const Json tags = operation.value("tags", Json::array());
      const std::string tag = tags.empty() ? "other" : tags.at(0).get<std::string>();
      places[tag].emplace_back(path, method);
    }
  Page page(document);
  page.open(style);
  page.contents(places);
  for (const auto& [tag, operations] : places) {
    page.tag(tag);
    for (const auto& [path, method] : operations)
      page.operation(path, method, document.at("paths").at(path).at(method));
  }
  return page.close();
}

std::string_view docs_style() {
  return R"(:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 small { font-size: 1rem; font-weight: normal; }
nav { display: flex; flex-wrap: wrap; gap: 1rem; border-block: 1px solid var(--line); padding: .5rem 0; }
details { border: 1px solid var(--line); border-radius: .3rem; margin: .4rem 0; padding: .4rem .8rem; }
details:target { border-width: 2px; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: .8rem; }
summary b { min-width: 4.5rem; }
summary .get { color: #1667c5; } summary .post { color: #1a7f37; } summary .delete { color: #c4302b; }
summary .put, summary .patch { color: #a15c00; }
code { background: var(--soft); border-radius: .2rem; padding: 0 .25rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top; }
th { font-weight: normal; white-space: nowrap; }
dt { font-weight: bold; } dd { margin: 0 0 .5rem 1.5rem; }
)";
}

}  // namespace wyvern::rest
