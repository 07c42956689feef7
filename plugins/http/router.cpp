#include "http/router.hpp"

#include <algorithm>

namespace wyvern::http {

struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> children;  // sorted by their segment
  std::unique_ptr<Node> parameter;
  std::vector<std::pair<std::string, Endpoint>> methods;
  std::string allow;

  Node& child(std::string_view segment) {
    auto at = lower_bound(segment);
    if (at == children.end() || at->first != segment)
      at = children.emplace(at, std::string(segment), std::make_unique<Node>());
    return *at->second;
  }
  const Node* find_child(std::string_view segment) const {
    const auto at = const_cast<Node*>(this)->lower_bound(segment);
    return at != children.end() && at->first == segment ? at->second.get() : nullptr;
  }

 private:
  std::vector<std::pair<std::string, std::unique_ptr<Node>>>::iterator lower_bound(std::string_view segment) {
    return std::lower_bound(children.begin(), children.end(), segment,
                            [](const auto& child, std::string_view wanted) { return child.first < wanted; });
  }
};

namespace {

constexpr std::array probes{std::string_view("/healthz"), std::string_view("/readyz"), std::string_view("/metrics")};

bool is_probe(std::string_view path) {
  return std::any_of(probes.begin(), probes.end(), [&](std::string_view probe) { return path.starts_with(probe); });
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t at = 1; at <= path.size();) {
    const auto slash = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return segments;
}

std::string describe(const Router::Endpoint& endpoint) {
  return endpoint.operation != nullptr ? endpoint.operation->name : endpoint.document->path;
}

std::string join_allowed(const std::vector<std::pair<std::string, Router::Endpoint>>& methods) {
  std::vector<std::string> names;
  for (const auto& [method, ignored] : methods) names.push_back(method);
  const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (has("GET") && !has("HEAD")) names.emplace_back("HEAD");
  if (!has("OPTIONS")) names.emplace_back("OPTIONS");
  std::sort(names.begin(), names.end());
  std::string joined;
  for (const auto& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

}  // namespace

Router::Router(std::vector<Operation> operations, std::vector<Document> documents, const std::string& base_path)
    : operations_(std::move(operations)), documents_(std::move(documents)), root_(std::make_unique<Node>()) {
  for (const auto& operation : operations_) {
    add(operation.method, base_path + operation.path, {&operation, nullptr, {}});
    if (!base_path.empty() && is_probe(operation.path))
      add(operation.method, operation.path, {&operation, nullptr, {}});
  }
  for (const auto& document : documents_) add("GET", document.path, {nullptr, &document, {}});
}

Router::~Router() = default;

void Router::add(const std::string& method, const std::string& path, Endpoint endpoint) {
  Node* node = root_.get();
  for (const auto segment : split(path)) {
    if (segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
      endpoint.parameters.emplace_back(segment.substr(1, segment.size() - 2));
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    } else {
      node = &node->child(segment);
    }
  }
  if (endpoint.parameters.size() > max_parameters)
    throw Failure(WYV_INVALID, "http.routes", "the path of '" + describe(endpoint) + "' has too many parameters");
  for (const auto& [known, holder] : node->methods)
    if (known == method)
      throw Failure(
          WYV_CONFLICT, "http.routes",
          "'" + describe(holder) + "' and '" + describe(endpoint) + "' both answer to " + method + " " + path);
  node->methods.emplace_back(method, std::move(endpoint));
  node->allow = join_allowed(node->methods);
}

const Router::Node* Router::find(const Node& node, const std::vector<std::string_view>& segments, std::size_t at,
                                 std::size_t captured, Match& match) {
  if (at == segments.size()) return node.methods.empty() ? nullptr : &node;
  if (const Node* child = node.find_child(segments[at]))
    if (const Node* found = find(*child, segments, at + 1, captured, match)) return found;
  // An empty segment is no value: "/channels//start" names no channel.
  if (node.parameter && captured < max_parameters && !segments[at].empty()) {
    match.values[captured] = segments[at];
    return find(*node.parameter, segments, at + 1, captured + 1, match);
  }
  return nullptr;
}

Router::Match Router::match(std::string_view method, const std::vector<std::string_view>& segments) const {
  Match match;
  const Node* node = find(*root_, segments, 0, 0, match);
  if (node == nullptr) return match;
  match.allow = node->allow;
  const auto endpoint_for = [&](std::string_view wanted) -> const Endpoint* {
    for (const auto& [known, endpoint] : node->methods)
      if (known == wanted) return &endpoint;
    return nullptr;
  };
  match.endpoint = endpoint_for(method);
  if (match.endpoint == nullptr && method == "HEAD") {
    match.endpoint = endpoint_for("GET");
    match.head_of_get = match.endpoint != nullptr;
  }
  return match;
}

}  // namespace wyvern::http
