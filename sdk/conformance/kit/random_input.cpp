#include "kit/random_input.hpp"

#include <algorithm>
#include <utility>

#include "config/schema.hpp"

namespace wyvern::conformance {

std::string RandomInput::bytes(std::size_t most) {
  std::string bytes(1 + below(most), '\0');
  for (char& byte : bytes) byte = static_cast<char>(below(256));
  return bytes;
}

std::string RandomInput::damaged(std::string text) {
  for (std::size_t times = 1 + below(3); times > 0 && !text.empty(); --times) {
    const auto at = below(text.size());
    switch (below(3)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      default:
        text.insert(at, text.substr(at, 1 + below(8)));
    }
  }
  return text;
}

Json RandomInput::json(int depth) {
  switch (below(depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return below(2) == 0;
    case 2:
      return static_cast<std::int64_t>(numbers_());
    case 3:
      return static_cast<double>(static_cast<std::int64_t>(numbers_())) / 1024;
    case 4:
      return numbers_();
    case 5: {
      std::string text;
      for (std::size_t left = below(40); left > 0; --left)
        text += below(8) == 0 ? "\xc3\x9f" : std::string(1, ' ' + below(95));
      return text;
    }
    case 6: {
      Json array = Json::array();
      for (std::size_t left = below(6); left > 0; --left) array.push_back(json(depth - 1));
      return array;
    }
    default: {
      Json object = Json::object();
      for (std::size_t left = below(6); left > 0; --left) object["key" + std::to_string(below(100))] = json(depth - 1);
      return object;
    }
  }
}

Json RandomInput::of_another_type(const Json& type) {
  std::vector<std::pair<std::string, Json>> values{
      {"null", nullptr},        {"boolean", true},          {"integer", 7},    {"number", 1.5},
      {"array", Json::array()}, {"object", Json::object()}, {"string", "text"}};
  std::erase_if(values, [&](const auto& value) {
    const auto allows = [&](const std::string& name) {
      return type == name || (type.is_array() && std::find(type.begin(), type.end(), name) != type.end());
    };
    return allows(value.first) || (value.first == "integer" && allows("number"));
  });
  return values.empty() ? Json() : values[below(values.size())].second;
}

std::vector<Json> faulty(const Json& schema, const Json& good, RandomInput& random) {
  std::vector<Json> all;
  const auto with = [&](const std::string& name, const Json& value) {
    all.push_back(good);
    all.back()[name] = value;
  };
  const auto length = [](const Json& bound) { return bound.get<std::size_t>(); };
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items()) {
    with(name, random.of_another_type(property.value("type", Json())));
    if (property.contains("enum")) with(name, "none of these " + std::to_string(random.below(1000)));
    if (property.contains("minimum"))
      with(name, property["minimum"].get<double>() - 1 - static_cast<double>(random.below(9)));
    if (property.contains("maximum"))
      with(name, property["maximum"].get<double>() + 1 + static_cast<double>(random.below(9)));
    if (property.value("minLength", 0U) > 0) with(name, std::string(random.below(length(property["minLength"])), 'x'));
    if (property.contains("maxLength"))
      with(name, std::string(length(property["maxLength"]) + 1 + random.below(9), 'x'));
    if (property.contains("pattern")) with(name, random.json(0).dump());
  }
  for (const auto& name : schema.value("required", Json::array())) {
    all.push_back(good);
    all.back().erase(name.get<std::string>());
  }
  with("unknown_" + std::to_string(random.below(1000)), random.json(1));
  const config::Schema compiled(schema);
  std::erase_if(all, [&](const Json& one) { return compiled.check(one).empty(); });
  return all;
}

}  // namespace wyvern::conformance
