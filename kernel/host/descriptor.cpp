#include "host/descriptor.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "host/abi.hpp"
#include "host/manifest.hpp"
#include "wyvern/view.hpp"

namespace wyvern::host {
namespace {

constexpr std::uint64_t text_limit = 1024;  // bytes of an id or a version that are believed
constexpr std::uint32_t kind_limit = 64;

Error fault(std::string code, std::string message) {
  return {WYV_INVALID, std::move(code), std::move(message), "", false};
}

std::string hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(value));
  return text;
}

std::string joined(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Result<void> check_same(const char* field, wyv_view in_code, const std::string& in_manifest) {
  if (in_code.size > text_limit)
    return fault("plugin.descriptor",
                 std::string(field) + " of the descriptor has " + std::to_string(in_code.size) + " bytes");
  if (text(in_code) == in_manifest) return {};
  return fault("plugin.descriptor", std::string(field) + " differs: the code says '" + std::string(text(in_code)) +
                                        "', the manifest '" + in_manifest + "'");
}

Result<void> check_kinds(const wyv_plugin& plugin, const Json& manifest) {
  if (plugin.kind_count > kind_limit || (plugin.kind_count > 0 && plugin.kinds == nullptr))
    return fault("plugin.descriptor", "kinds of the descriptor cannot be read");
  std::vector<std::string> in_code;
  for (std::uint32_t i = 0; i < plugin.kind_count; ++i) {
    if (plugin.kinds[i].size > text_limit) return fault("plugin.descriptor", "kinds of the descriptor cannot be read");
    in_code.emplace_back(text(plugin.kinds[i]));
  }
  const auto code = joined(std::move(in_code));
  const auto written = joined(manifest.at("kinds").get<std::vector<std::string>>());
  if (code == written) return {};
  return fault("plugin.descriptor", "kinds differ: the code says '" + code + "', the manifest '" + written + "'");
}

const char* null_function(const wyv_plugin& plugin) {
  if (plugin.create == nullptr) return "create";
  if (plugin.prepare == nullptr) return "prepare";
  if (plugin.start == nullptr) return "start";
  if (plugin.drain == nullptr) return "drain";
  if (plugin.stop == nullptr) return "stop";
  if (plugin.destroy == nullptr) return "destroy";
  if (plugin.service == nullptr) return "service";
  return nullptr;
}

}  // namespace

Result<void> check_descriptor(const wyv_plugin* descriptor, const Json& manifest) {
  if (descriptor == nullptr) return fault("plugin.descriptor", "the entry returned null");
  if (descriptor->magic != WYV_PLUGIN_MAGIC)
    return fault("plugin.descriptor", "magic is " + hex(descriptor->magic) + " and should be " + hex(WYV_PLUGIN_MAGIC));
  if (descriptor->struct_size < sizeof(wyv_plugin))
    return fault("plugin.descriptor", "struct_size is " + std::to_string(descriptor->struct_size) +
                                          " and should be at least " + std::to_string(sizeof(wyv_plugin)));
  if (auto loadable = check_abi({descriptor->abi_major, descriptor->abi_minor}, "abi of the descriptor:"); !loadable)
    return loadable;
  const auto& abi = manifest.at("abi");
  if (abi.at("major") != descriptor->abi_major || abi.at("minor") != descriptor->abi_minor)
    return fault("plugin.descriptor", "abi differs: the code says " + std::to_string(descriptor->abi_major) + "." +
                                          std::to_string(descriptor->abi_minor) + ", the manifest " +
                                          abi.at("major").dump() + "." + abi.at("minor").dump());
  if (auto same = check_same("id", descriptor->id, manifest.at("id")); !same) return same;
  if (auto same = check_same("version", descriptor->version, manifest.at("version")); !same) return same;
  if (auto same = check_kinds(*descriptor, manifest); !same) return same;
  if (const char* missing = null_function(*descriptor); missing != nullptr)
    return fault("plugin.descriptor", std::string(missing) + " of the descriptor is null");
  return {};
}

}  // namespace wyvern::host
