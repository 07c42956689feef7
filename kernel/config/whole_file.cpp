#include "config/whole_file.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "config/pointer.hpp"
#include "config/sections.hpp"

namespace wyvern::config {
namespace {

constexpr std::size_t name_limit = 64;  // bytes

Diagnostic error(std::string path, std::string code, std::string message, std::string suggestion = {}) {
  return {{}, Severity::error, std::move(code), std::move(path), std::move(message), std::move(suggestion)};
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= name_limit && std::isalnum(static_cast<unsigned char>(text[0])) != 0 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
         });
}

void check_names(const Json& file, std::vector<Diagnostic>& found) {
  for (const auto& kind : kinds()) {
    const std::string section(kind.section);
    if (!file.contains(section) || !file[section].is_object()) continue;
    for (const auto& entry : file[section].items())
      if (!is_name(entry.key()))
        found.push_back(error(pointer_to("/" + section, entry.key()), "config.name",
                              "the name of an instance is made of letters, digits, '-', '_' and '.', begins with a "
                              "letter or a digit, and has at most " +
                                  std::to_string(name_limit) + " characters"));
  }
}

struct Address {
  std::string host, port, pointer;
};

std::optional<Address> address_in(const Json& file, const Claim& claim) {
  const Json::json_pointer pointer(claim.pointer + "/listen");
  if (!file.contains(pointer) || !file.at(pointer).is_string()) return std::nullopt;
  const auto text = file.at(pointer).get<std::string>();
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  Address address{text.substr(0, colon), text.substr(colon + 1), claim.pointer + "/listen"};
  if (address.host == "localhost") address.host = "127.0.0.1";
  if (address.port.empty() || address.port == "0") return std::nullopt;  // 0 takes a free one
  return address;
}

bool is_any(const std::string& host) { return host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*"; }

void check_listen_addresses(const Json& file, const std::vector<Claim>& claims, std::vector<Diagnostic>& found) {
  std::vector<Address> taken;
  for (const auto& claim : claims) {
    const auto address = address_in(file, claim);
    if (!address) continue;
    const auto holder = std::find_if(taken.begin(), taken.end(), [&](const Address& other) {
      return other.port == address->port &&
             (other.host == address->host || is_any(other.host) || is_any(address->host));
    });
    if (holder != taken.end())
      found.push_back(error(
          address->pointer, "config.listen_conflict",
          "the address " + address->host + ":" + address->port + " is already taken by " + holder->pointer.substr(1)));
    else
      taken.push_back(*address);
  }
}

void check_roles(const Json& file, std::vector<Diagnostic>& found) {
  if (!file.contains("roles") || !file["roles"].is_array()) return;
  for (const auto& needs : role_needs()) {
    const auto& roles = file["roles"];
    const auto role = std::find(roles.begin(), roles.end(), needs.role);
    if (role == roles.end()) continue;
    for (const auto needed : needs.kinds) {
      const auto kind = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return k.name == needed; });
      const std::string section(kind->section);
      if (file.contains(section) && file[section].is_object() && !file[section].empty()) continue;
      found.push_back(error("/roles/" + std::to_string(role - roles.begin()), "config.role_needs",
                            "the role '" + std::string(needs.role) + "' needs a " + std::string(needed),
                            "add one under '" + section + "'"));
    }
  }
}

}  // namespace

std::vector<Diagnostic> check_whole_file(const Json& file, const std::vector<Claim>& claims) {
  std::vector<Diagnostic> found;
  if (!file.is_object()) return found;
  check_names(file, found);
  check_listen_addresses(file, claims, found);
  check_roles(file, found);
  return found;
}

}  // namespace wyvern::config
