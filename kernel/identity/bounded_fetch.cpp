#include "identity/bounded_fetch.hpp"

#include <curl/curl.h>

#include <memory>
#include <string_view>

namespace wyvern::identity {
namespace {

constexpr std::size_t most_bytes = 1024 * 1024;
constexpr long connect_ms = 4'000;
constexpr long whole_ms = 10'000;

struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};
using Text = std::unique_ptr<char, FreeText>;

std::string part_of(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* text = nullptr;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), part, &text, 0) != CURLUE_OK) {
    return {};
  }
  return Text(text).get();
}

bool is_loopback(std::string_view host) {
  // What only begins like an address of 127.0.0.0/8 may be anybody's name.
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& text = *static_cast<std::string*>(to);
  if (text.size() + size * count > most_bytes) return 0;
  text.append(data, size * count);
  return size * count;
}

}  // namespace

bool is_https(const std::string& url) { return part_of(url, CURLUPART_SCHEME) == "https"; }

bool is_loopback_http(const std::string& url) {
  return part_of(url, CURLUPART_SCHEME) == "http" && is_loopback(part_of(url, CURLUPART_HOST));
}

std::string url_escaped(const std::string& text) {
  const Text escaped(curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())));
  return escaped ? escaped.get() : "";
}

Fetched bounded_fetch(const FetchRequest& request) {
  const bool loopback = is_loopback_http(request.url);
  if (!loopback && !is_https(request.url)) return {0, {}, "it is neither https nor http to a loopback address"};
  if (request.authorization.find_first_of("\r\n") != std::string::npos) return {0, {}, "its token has a line end"};
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return {0, {}, "libcurl has no memory for a handle"};
  curl_slist* headers = curl_slist_append(nullptr, "Accept: application/json");
  if (!request.authorization.empty()) {
    headers = curl_slist_append(headers, ("Authorization: " + request.authorization).c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> freed(headers, &curl_slist_free_all);
  Fetched answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, loopback ? "http" : "https");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  if (loopback) curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, whole_ms);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  if (!request.form.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.form.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form.size()));
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR) return {0, {}, "it answers more than " + std::to_string(most_bytes) + " bytes"};
  if (code != CURLE_OK) return {0, {}, curl_easy_strerror(code)};
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace wyvern::identity
