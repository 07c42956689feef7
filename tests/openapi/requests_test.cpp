// Requests made from the OpenAPI document itself, valid and spoiled: whatever comes, the answer is one that the
// document describes, and never a fault of the server.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>

#include "config/schema.hpp"
#include "deployment.hpp"

namespace wyvern::test {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  bool once_in(std::size_t times) { return below(times) == 0; }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  template <class Container>
  auto one_of(const Container& all) {
    return *std::next(all.begin(), static_cast<std::ptrdiff_t>(below(all.size())));
  }

 private:
  std::mt19937 random_;
};

struct Endpoint {
  std::string method;  // in lower case
  std::string path;
  Json operation;
};

struct Made {
  std::string path;
  std::string body;
  std::vector<std::string> headers;
};

// Invents values by their schemas, and spoils them.
class Inventor {
 public:
  Inventor(const Json& document, Dice& dice) : document_(document), dice_(dice) {}

  void know(const Json& answer) {
    if (answer.is_object() && answer.contains("id") && answer["id"].is_string()) ids_.push_back(answer["id"]);
  }

  const Json& resolved(const Json& value) const {
    return value.is_object() && value.contains("$ref")
               ? document_.at(Json::json_pointer(value.at("$ref").get<std::string>().substr(1)))
               : value;
  }

  Made request(const Endpoint& endpoint) {
    const bool spoil = dice_.once_in(2);
    Made made{endpoint.path, {}, {}};
    std::string query;
    for (const auto& given : endpoint.operation.value("parameters", Json::array())) {
      const auto& parameter = resolved(given);
      const std::string name = parameter.at("name");
      const std::string in = parameter.at("in");
      if (!parameter.value("required", false) && dice_.once_in(2)) continue;
      Json value = of(parameter.at("schema"));
      if (spoil && dice_.once_in(3)) value = nonsense();
      if (in == "path") {
        const auto at = made.path.find("{" + name + "}");
        made.path.replace(at, name.size() + 2, escaped(text_of(value)));
      } else if (in == "query") {
        query += (query.empty() ? "?" : "&") + name + "=" + escaped(text_of(value));
      } else {
        made.headers.push_back(name + ": " + dice_.one_of(header_values));
      }
    }
    made.path += query;
    if (!endpoint.operation.contains("requestBody")) return made;
    Json body = of(endpoint.operation["requestBody"]["content"]["application/json"]["schema"]);
    if (spoil) spoil_object(body);
    made.body = body.dump();
    if (spoil && dice_.once_in(8)) made.body = made.body.substr(0, dice_.below(made.body.size()) + 1);
    return made;
  }

 private:
  static inline const std::array<std::string, 6> header_values{"\"1-abc\"", "*", "W/\"x\"", "garbage", "\"", "key-1"};

  static std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

  static std::string escaped(const std::string& text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string made;
    for (const unsigned char c : text) {
      if (std::isalnum(c) || c == '-' || c == '_') {
        made += static_cast<char>(c);
      } else {
        made += {'%', digits[c >> 4], digits[c & 15]};
      }
    }
    return made.empty() ? "-" : made;
  }

  Json nonsense() {
    static const std::array<Json, 14> all{nullptr,
                                          true,
                                          0,
                                          -1,
                                          INT64_MAX,
                                          INT64_MIN,
                                          1e308,
                                          "",
                                          "x",
                                          "' OR 1=1 --",
                                          "\xc3\xa4\xf0\x9f\x8e\xac",
                                          std::string(3000, 'a'),
                                          Json::array({Json::array()}),
                                          Json::object({{"a", Json::object()}})};
    return dice_.one_of(all);
  }

  void spoil_object(Json& body) {
    switch (dice_.below(4)) {
      case 0:
        body[dice_.once_in(2) ? "id" : "unknown"] = nonsense();
        return;
      case 1:
        if (!body.empty()) body.erase(std::next(body.begin(), static_cast<std::ptrdiff_t>(dice_.below(body.size()))));
        return;
      case 2:
        for (auto& [name, value] : body.items())
          if (dice_.once_in(2)) value = nonsense();
        return;
      default:
        return;
    }
  }

  Json of(const Json& schema) {
    Json type = schema.value("type", Json("string"));
    if (type.is_array()) type = dice_.one_of(type);
    if (schema.contains("enum")) return dice_.one_of(schema.at("enum"));
    if (type == "null") return nullptr;
    if (type == "boolean") return dice_.once_in(2);
    if (type == "integer" || type == "number") {
      const auto least = schema.value("minimum", -1000.0);
      const auto most = schema.value("maximum", least + 1000);
      return dice_.between(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most));
    }
    if (type == "array") {
      Json all = Json::array();
      for (auto left = dice_.below(4); left > 0; --left) all.push_back(of(schema.value("items", Json::object())));
      return all;
    }
    if (type == "object") {
      Json all = Json::object();
      const Json required = schema.value("required", Json::array());
      const Json properties = schema.value("properties", Json::object());
      for (const auto& [name, property] : properties.items()) {
        const bool needed = std::find(required.begin(), required.end(), Json(name)) != required.end();
        if (needed || dice_.once_in(2)) all[name] = of(property);
      }
      return all;
    }
    if (schema.value("format", "") == "uuid")
      return ids_.empty() || dice_.once_in(5) ? Json("00000000-0000-4000-8000-000000000000") : Json(dice_.one_of(ids_));
    if (schema.value("format", "") == "date-time") return "2026-01-31T12:00:00Z";
    return std::string(std::max<std::size_t>(schema.value("minLength", 1U), 1 + dice_.below(8)), 'n');
  }

  const Json& document_;
  Dice& dice_;
  std::vector<std::string> ids_;
};

// Those whose answers end by themselves and say JSON. A start waits for a worker, which other suites try.
std::vector<Endpoint> endpoints_of(const Json& document) {
  std::vector<Endpoint> all;
  for (const auto& [path, methods] : document.at("paths").items())
    for (const auto& [method, operation] : methods.items()) {
      bool json = false;
      for (const auto& [status, response] : operation.at("responses").items())
        json = json ||
               (status[0] == '2' && response.contains("content") && response["content"].contains("application/json"));
      if (json && !path.ends_with("/start")) all.push_back({method, path, operation});
    }
  return all;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

// The checker holds null against a format too, which JSON Schema does not.
Json without_formats_of_nullable(Json schema) {
  if (!schema.is_structured()) return schema;
  if (schema.is_object() && schema.contains("format") && schema.value("type", Json()).is_array())
    schema.erase("format");
  for (auto& part : schema) part = without_formats_of_nullable(std::move(part));
  return schema;
}

// What is wrong with an answer; empty when the document describes it.
std::string fault_of(const Inventor& inventor, const Endpoint& endpoint, const Answer& answer) {
  if (answer.status >= 500) return "a fault of the server";
  const auto& responses = endpoint.operation.at("responses");
  const auto status = std::to_string(answer.status);
  if (answer.status < 400 && !responses.contains(status)) return "a status that is not described";
  const auto& response = inventor.resolved(responses.contains(status) ? responses.at(status) : responses.at("default"));
  if (!response.contains("content")) return answer.text.empty() ? "" : "a body that is not described";
  const auto& schema = inventor.resolved(response.at("content").at("application/json").at("schema"));
  const auto faults = config::Schema(without_formats_of_nullable(schema)).check(answer.body);
  return faults.empty() ? "" : faults.front().pointer + ": " + faults.front().message;
}

TEST(OpenApiRequests, AreAnsweredAsTheDocumentSays) {
  auto wyvern = std::make_unique<Deployment>();
  const Json document = wyvern->call("GET", "/openapi.json").body;
  const auto endpoints = endpoints_of(document);
  ASSERT_GT(endpoints.size(), 20U);
  constexpr unsigned seed = 20261122;
  const int requests = std::getenv("WYVERN_FULL") != nullptr ? 10'000 : 1'000;
  Dice dice(seed);
  Inventor inventor(document, dice);
  std::map<long, int> statuses;
  for (int i = 0; i < requests; ++i) {
    const auto endpoint = dice.one_of(endpoints);
    const auto made = inventor.request(endpoint);
    const auto answer = wyvern->call_with(wyvern->token(), upper(endpoint.method), made.path, made.body, made.headers);
    ++statuses[answer.status];
    inventor.know(answer.body);
    const auto fault = fault_of(inventor, endpoint, answer);
    ASSERT_EQ(fault, "") << "request " << i << ": " << upper(endpoint.method) << " " << made.path << "\n"
                         << made.body << "\n"
                         << Json(made.headers).dump() << "\nwas answered " << answer.status << " " << answer.text;
    // It may have taken away the right by which it was made: that of the token, or of its person.
    if (answer.status == 401 && wyvern->call("GET", "/auth/me").status == 401) wyvern = std::make_unique<Deployment>();
  }
  std::cout << requests << " requests, seed " << seed << ", none answered otherwise than described:";
  for (const auto& [status, count] : statuses) std::cout << "  " << count << " x " << status;
  std::cout << "\n";
  EXPECT_GT(statuses[200] + statuses[201], requests / 20) << "too few get through to try what is behind the checks";
  EXPECT_GT(statuses[400], requests / 20);
}

}  // namespace
}  // namespace wyvern::test
