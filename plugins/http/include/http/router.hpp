// From a method and a path to the operation or the document that answers there.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/operation.hpp"

namespace wyvern::http {

// A text that a surface serves beside the operations, such as its OpenAPI description. Open to everybody.
struct Document {
  std::string path;  // whole: "/api/v1/openapi.json"
  std::string content_type;
  std::string body;
  std::string security_policy = {};  // Content-Security-Policy, for a page
};

// Immutable once made, so any thread may match.
class Router {
 public:
  // A tree of operations is never so deep; a path with more segments matches nothing.
  static constexpr std::size_t max_parameters = 8;

  struct Endpoint {
    const Operation* operation = nullptr;  // one of the two is set
    const Document* document = nullptr;
    std::vector<std::string> parameters;  // names of the path's parameters, in their order
  };

  struct Match {
    const Endpoint* endpoint = nullptr;  // null: nothing answers to this method
    std::string_view allow;              // the methods of this path; empty: no such path
    bool head_of_get = false;
    std::array<std::string_view, max_parameters> values;  // of the parameters, views into the segments
  };

  // Operations answer below `base_path`; the probes (/healthz, /readyz, /metrics) at the root too.
  // Throws Failure http.routes when two operations claim one method and path.
  Router(std::vector<Operation> operations, std::vector<Document> documents, const std::string& base_path);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Static segments beat parameters.
  Match match(std::string_view method, const std::vector<std::string_view>& segments) const;

  std::size_t operations() const { return operations_.size(); }

 private:
  struct Node;

  void add(const std::string& method, const std::string& path, Endpoint endpoint);
  static const Node* find(const Node& node, const std::vector<std::string_view>& segments, std::size_t at,
                          std::size_t captured, Match& match);

  std::vector<Operation> operations_;
  std::vector<Document> documents_;
  std::unique_ptr<Node> root_;
};

}  // namespace wyvern::http
