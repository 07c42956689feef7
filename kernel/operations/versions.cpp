#include "operations/versions.hpp"

#include <sodium.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <vector>

namespace wyvern::operations {
namespace {

constexpr std::size_t hash_bytes = 16;  // what xxHash gives, and the least that crypto_generichash does

std::string hex(const unsigned char* hash) {
  std::array<char, 2 * hash_bytes + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), hash, hash_bytes);
  return {digits.data(), 2 * hash_bytes};
}

std::string hash_of(std::string_view text) {
  std::array<unsigned char, hash_bytes> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  return hex(hash.data());
}

// "V" of "V-H".
std::string_view version_in(std::string_view etag) { return etag.substr(0, etag.find('-')); }

struct Tag {
  std::string_view text;  // with its quotes, without W/
  bool weak;
};

// The tags of If-Match and If-None-Match (RFC 9110, 13.1). Throws Refusal 400.
std::vector<Tag> tags_in(std::string_view list) {
  std::vector<Tag> tags;
  const auto malformed = [&list] {
    return Refusal(
        400, "field.etag",
        "a condition is * or a list of entity tags in quotes, as ETag gave them; it was: " + std::string(list));
  };
  for (std::size_t at = 0;;) {
    at = list.find_first_not_of(" \t,", at);
    if (at == std::string_view::npos) break;
    const bool weak = list.substr(at).starts_with("W/");
    if (weak) at += 2;
    const auto end = at < list.size() && list[at] == '"' ? list.find('"', at + 1) : std::string_view::npos;
    if (end == std::string_view::npos) throw malformed();
    tags.push_back({list.substr(at, end + 1 - at), weak});
    at = list.find_first_not_of(" \t", end + 1);
    if (at == std::string_view::npos) break;
    if (list[at] != ',') throw malformed();
  }
  if (tags.empty()) throw malformed();
  return tags;
}

}  // namespace

Json without_version(Json row) {
  row.erase("version");
  return row;
}

Json with_etag(Json row) {
  const std::int64_t version = row.at("version").get<std::int64_t>();
  row.erase("version");
  row["etag"] =
      "\"" + std::to_string(version) + "-" + hash_of(row.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\"";
  return row;
}

// Nobody gains by two lists with one tag, so it need not be a hash that withstands people.
std::string etag_of_text(std::string_view text) {
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(text.data(), text.size()));
  return "\"" + hex(hash.digest) + "\"";
}

Reply tagged(int status, Json shown) {
  Reply reply(status, nullptr);
  reply.etag = shown.at("etag").get<std::string>();
  shown.erase("etag");
  reply.body = std::move(shown);
  return reply;
}

Reply tagged(Json shown) { return tagged(0, std::move(shown)); }

void require_match(const Call& call, const std::function<Json()>& current,
                   const std::function<Json(Json yours)>& show) {
  const auto wanted = call.header("if-match");
  if (!wanted || *wanted == "*") return;  // that it exists is known where this is called
  const auto tags = tags_in(*wanted);
  Json now = current();
  const auto& etag = now.at("etag").get_ref<const std::string&>();
  for (const auto& tag : tags) {
    const auto inner = [](std::string_view text) { return text.substr(1, text.size() - 2); };
    if (!tag.weak && version_in(inner(tag.text)) == version_in(inner(etag))) return;
  }
  Json yours = call.input;
  yours.erase("id");
  throw Refusal(412, "precondition.failed",
                "it was changed since the version that If-Match names: compare `yours` with `current`, and send what "
                "shall hold with If-Match: " +
                    etag,
                {{"yours", show ? show(std::move(yours)) : std::move(yours)}, {"current", std::move(now)}});
}

bool names(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  for (const auto& tag : tags_in(if_none_match)) {
    if (tag.text == etag) return true;
  }
  return false;
}

}  // namespace wyvern::operations
