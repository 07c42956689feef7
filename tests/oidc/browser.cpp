#include "browser.hpp"

#include <regex>
#include <stdexcept>

namespace wyvern::test {
namespace {

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
  const std::string line(data, size * count);
  constexpr std::string_view mark = "set-cookie: ";
  std::string lower = line.substr(0, mark.size());
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  if (lower == mark) static_cast<Page*>(to)->cookies.push_back(line.substr(mark.size(), line.find('\r') - mark.size()));
  return size * count;
}

// The first group of a pattern, or nothing.
std::string found(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : std::string();
}

std::string escaped(const std::string& text) {
  const std::unique_ptr<char, decltype(&curl_free)> made(
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), &curl_free);
  return made.get();
}

}  // namespace

Browser::Browser() : curl_(curl_easy_init(), &curl_easy_cleanup) {
  curl_easy_setopt(curl_.get(), CURLOPT_COOKIEFILE, "");
}

Page Browser::request(const std::string& url, const std::string* form) {
  Page page;
  CURL* curl = curl_.get();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &page);
  if (form != nullptr) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(form->size()));
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, form->c_str());
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) throw std::runtime_error(url + ": " + curl_easy_strerror(code));
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &page.status);
  char* text = nullptr;
  if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &text) == CURLE_OK && text != nullptr) page.location = text;
  page.url = url;
  return page;
}

Page Browser::follow(Page page, const std::string& stop_before) {
  for (int redirects = 0; !page.location.empty(); ++redirects) {
    if (!stop_before.empty() && page.location.starts_with(stop_before)) return page;
    if (redirects == 20) throw std::runtime_error("redirected without end: " + page.location);
    page = request(page.location);
  }
  return page;
}

Page Browser::open(const std::string& url, const std::string& stop_before) { return follow(request(url), stop_before); }

Page Browser::submit(const Page& page, const std::map<std::string, std::string>& typed,
                     const std::string& stop_before) {
  std::string action = found(page.body, "<form[^>]* action=\"([^\"]*)\"");
  if (action.empty()) throw std::runtime_error("no form at " + page.url + ":\n" + page.body);
  if (action.front() == '/') action = page.url.substr(0, page.url.find('/', page.url.find("://") + 3)) + action;
  const auto prompt = found(page.body, "name=\"prompt\" value=\"([^\"]*)\"");
  std::string form = "prompt=" + escaped(prompt);
  for (const auto& [name, value] : typed) form += "&" + escaped(name) + "=" + escaped(value);
  return follow(request(action, &form), stop_before);
}

}  // namespace wyvern::test
