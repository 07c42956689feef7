// What the suites of surfaces begin with: one that is started, and where it can be reached.
#pragma once

#include "kit/lifecycle.hpp"
#include "kit/tcp_client.hpp"
#include "wyvern/abi/surface.h"
#include "wyvern/view.hpp"

namespace wyvern::conformance {

class StartedSurface : public Lifecycle {
 protected:
  void SetUp() override {
    started();
    table_ = instance.table<wyv_surface_v1>(WYV_SURFACE_SERVICE);
    ASSERT_NE(table_, nullptr) << WYV_SURFACE_SERVICE;
  }
  bool whole() const { return table_->struct_size >= sizeof(wyv_surface_v1) && table_->address != nullptr; }

  struct Answer {
    Outcome outcome;
    std::string text;
    // Empty when it is not {"url":"…"}.
    std::string url() const {
      const auto json = Json::parse(text, nullptr, false);
      const auto url = json.is_object() ? json.value("url", Json()) : Json();
      return url.is_string() ? url.get<std::string>() : std::string();
    }
  };
  Answer address() { return address_of(instance); }
  Answer address_of(const Instance& surface) {
    TextSink sink;
    RecordedCall call;
    const auto status = table_->address(surface.raw(), sink.get(), call.context());
    return {call.finish(status), sink.text()};
  }
  Url url() { return Url(address().url()); }

  const wyv_surface_v1* table_ = nullptr;
};

// A GET in HTTP/1.1 that wants the connection closed behind it.
inline std::string get(const Url& url, const std::string& path, const std::string& headers = "") {
  return "GET " + url.path + path + " HTTP/1.1\r\nHost: " + url.host + "\r\nConnection: close\r\n" + headers + "\r\n";
}

// Whether a surface still takes connections, and answers where it speaks HTTP.
inline ::testing::AssertionResult lives(const Url& url) {
  TcpClient client(url);
  if (!client.connected()) return ::testing::AssertionFailure() << "it takes no connection";
  if (url.scheme != "http") return ::testing::AssertionSuccess();
  if (!client.send(get(url, "/kit/alive")) || client.answer().status == 0)
    return ::testing::AssertionFailure() << "it does not answer";
  return ::testing::AssertionSuccess();
}

}  // namespace wyvern::conformance
