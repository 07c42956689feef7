#include "fake_output.hpp"

#include "wyvern/view.hpp"

namespace wyvern::test {
namespace {

using Json = nlohmann::json;

void write(const wyv_text_sink* out, const Json& json) {
  const std::string text = json.dump();
  out->write(out->self, view(text));
}

wyv_status check(wyv_instance*, wyv_view, const wyv_context*) { return WYV_OK; }

wyv_status claims(wyv_instance*, wyv_view config, const wyv_text_sink* out, const wyv_context*) {
  const Json given = Json::parse(text(config));
  Json all = Json::array();
  if (given.contains("port")) all.push_back("srt:0.0.0.0:" + std::to_string(given["port"].get<int>()));
  write(out, all);
  return WYV_OK;
}

wyv_status render(wyv_instance*, wyv_view, wyv_view config, const wyv_text_sink* out, const wyv_context* context) {
  const Json given = Json::parse(text(config));
  if (given.contains("broken")) {
    const std::string why = given["broken"];
    wyv_error error{};
    error.struct_size = sizeof error;
    error.status = WYV_INVALID;
    error.code = view("output.broken");
    error.message = view(why);
    context->report(context->self, &error);
    return WYV_INVALID;
  }
  write(out, {{"takes", "mpegts"}, {"elements", Json::array()}});
  return WYV_OK;
}

wyv_status requirements(wyv_instance*, wyv_view, const wyv_text_sink* out, const wyv_context*) {
  write(out, Json::object());
  return WYV_OK;
}

}  // namespace

playout::OutputAccess fake_output() {
  static constexpr wyv_output_v1 table{sizeof(wyv_output_v1), 0, &check, &claims, &render, &requirements};
  return {&table,
          nullptr,
          {{"type", "object"},
           {"properties",
            {{"port", {{"type", "integer"}}},
             {"passphrase", {{"type", "string"}, {"x-secret", true}}},
             {"broken", {{"type", "string"}}}}}}};
}

}  // namespace wyvern::test
