// What a person does with a browser: cookies, redirects, forms. A browser each person.
#pragma once

#include <curl/curl.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wyvern::test {

struct Page {
  long status = 0;
  std::string url;
  std::string body;
  std::string location;              // where it redirects to, absolute; empty: it does not
  std::vector<std::string> cookies;  // Set-Cookie, as they came
};

class Browser {
 public:
  Browser();

  // Follows redirects until a page comes, or until one leads to a URL that begins with `stop_before`; then that
  // redirect is what is returned. Throws std::runtime_error after many.
  Page open(const std::string& url, const std::string& stop_before = {});
  // Fills the only form of a page and sends it.
  Page submit(const Page& page, const std::map<std::string, std::string>& typed, const std::string& stop_before = {});
  // One request, no redirect.
  Page request(const std::string& url, const std::string* form = nullptr);

 private:
  Page follow(Page page, const std::string& stop_before);

  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_;  // with its cookies
};

}  // namespace wyvern::test
