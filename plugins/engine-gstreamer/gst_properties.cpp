#include "gst_properties.hpp"

#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

struct Value {
  GValue held = G_VALUE_INIT;
  Value() = default;
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  ~Value() {
    if (G_IS_VALUE(&held)) g_value_unset(&held);
  }
};

const GstStructure* structure(const GValue* value) {
  return value != nullptr && G_VALUE_HOLDS(value, GST_TYPE_STRUCTURE) ? gst_value_get_structure(value) : nullptr;
}

std::optional<std::int64_t> number(const GValue* value) {
  Value target;
  g_value_init(&target.held, G_TYPE_INT64);
  if (value == nullptr || g_value_transform(value, &target.held) == FALSE) return std::nullopt;
  return g_value_get_int64(&target.held);
}

// srtsink still answers with a GValueArray, whose type macro is deprecated.
const GValueArray* array(const GValue* value) {
  return value != nullptr && G_VALUE_TYPE(value) == g_type_from_name("GValueArray")
             ? static_cast<const GValueArray*>(g_value_get_boxed(value))
             : nullptr;
}

std::optional<std::int64_t> sum_in_arrays(const GstStructure* fields, const char* name) {
  std::optional<std::int64_t> sum;
  for (gint i = 0; i < gst_structure_n_fields(fields); ++i) {
    const auto* list =
        array(gst_structure_get_value(fields, gst_structure_nth_field_name(fields, static_cast<guint>(i))));
    for (guint k = 0; list != nullptr && k < list->n_values; ++k) {
      const GstStructure* entry = structure(&list->values[k]);
      const auto part = entry == nullptr ? std::nullopt : number(gst_structure_get_value(entry, name));
      if (part) sum = sum.value_or(0) + *part;
    }
  }
  return sum;
}

// Calls `use` with the value behind the path, and with the innermost structure and field name.
template <class Use>
void follow(GstElement* element, const std::string& path, Use use) {
  const auto dot = path.find('.');
  const std::string property = path.substr(0, dot);
  if (!has_property(element, property.c_str())) return;
  Value root;
  g_object_get_property(G_OBJECT(element), property.c_str(), &root.held);
  const GValue* value = &root.held;
  if (dot == std::string::npos) return use(value, nullptr, "");
  std::string rest = path.substr(dot + 1);
  for (;;) {
    const GstStructure* fields = structure(value);
    if (fields == nullptr) return;
    const auto next = rest.find('.');
    const std::string field = rest.substr(0, next);
    value = gst_structure_get_value(fields, field.c_str());
    if (next == std::string::npos) return use(value, fields, field.c_str());
    rest = rest.substr(next + 1);
  }
}

}  // namespace

bool has_property(GstElement* element, const char* name) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element), name) != nullptr;
}

void set_property(GstElement* element, const std::string& name, const nlohmann::json& value) {
  if (value.is_null()) return;
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
  const std::string where = std::string(GST_OBJECT_NAME(gst_element_get_factory(element))) + "." + name;
  if (spec == nullptr) throw Failure(WYV_INVALID, "engine.output", "there is no property " + where);
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  Value target;
  g_value_init(&target.held, G_PARAM_SPEC_VALUE_TYPE(spec));
  if (G_VALUE_HOLDS_STRING(&target.held)) {
    g_value_set_string(&target.held, text.c_str());  // as it is: a passphrase may look like anything
  } else if (gst_value_deserialize(&target.held, text.c_str()) == FALSE) {
    throw Failure(WYV_INVALID, "engine.output",
                  "the value of " + where + " is not a " + G_VALUE_TYPE_NAME(&target.held));
  }
  g_object_set_property(G_OBJECT(element), name.c_str(), &target.held);
}

std::optional<std::int64_t> read_number(GstElement* element, const std::string& path) {
  std::optional<std::int64_t> found;
  follow(element, path, [&](const GValue* value, const GstStructure* fields, const char* name) {
    found = number(value);
    if (!found && fields != nullptr) found = sum_in_arrays(fields, name);
  });
  return found;
}

std::optional<std::int64_t> read_count(GstElement* element, const std::string& path) {
  std::optional<std::int64_t> found;
  follow(element, path, [&](const GValue* value, const GstStructure*, const char*) {
    if (const auto* list = array(value)) found = list->n_values;
  });
  return found;
}

}  // namespace wyvern::feeder
