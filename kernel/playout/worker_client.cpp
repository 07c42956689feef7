#include "playout/worker_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "trace/scope.hpp"

namespace wyvern::playout {
namespace {

constexpr std::size_t most_answer_bytes = 16 * 1024 * 1024;

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  auto& text = *static_cast<std::string*>(to);
  if (text.size() + size * count > most_answer_bytes) return 0;
  text.append(data, size * count);
  return size * count;
}

// Opens curl's socket, and keeps why it could not be opened.
curl_socket_t open_socket(void* fault, curlsocktype, curl_sockaddr* address) {
  const int descriptor = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (descriptor < 0) *static_cast<int*>(fault) = errno;
  return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

// One handle a thread keeps its connections to the workers open.
CURL* handle_of_this_thread() {
  struct Close {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  thread_local const std::unique_ptr<CURL, Close> handle(curl_easy_init());
  return handle.get();
}

// curl_easy_perform looks at a cancellation once a second only, which a controller with many channels would wait for at
// its end, one after the other.
CURLcode perform(CURL* curl, const std::atomic<bool>& cancelled) {
  struct Close {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
  };
  constexpr int glance_ms = 100;
  thread_local const std::unique_ptr<CURLM, Close> multi(curl_multi_init());
  if (!multi || curl_multi_add_handle(multi.get(), curl) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;
  int running = 1;
  while (!cancelled) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
    if (running == 0) {
      int left = 0;
      if (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) result = message->data.result;
      break;
    }
    if (curl_multi_poll(multi.get(), nullptr, 0, glance_ms, nullptr) != CURLM_OK) break;
  }
  curl_multi_remove_handle(multi.get(), curl);
  return result;
}

}  // namespace

Result<Json> call_worker(const WorkerAddress& worker, std::string_view method, std::string_view path, const Json* body,
                         std::chrono::milliseconds timeout, const std::atomic<bool>* cancelled) {
  CURL* curl = handle_of_this_thread();
  if (curl == nullptr) return Error{WYV_EXHAUSTED, "worker.client", "libcurl has no memory for a handle", "", true};
  curl_easy_reset(curl);
  const std::string url = worker.url + std::string(path);
  const std::string verb(method);
  const std::string text = body != nullptr ? body->dump() : std::string();
  std::string answer;
  curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + worker.token).c_str());
  headers = curl_slist_append(headers, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Expect:");
  if (const auto* trace = trace::current()) {
    headers = curl_slist_append(headers, ("X-Request-Id: " + trace->request_id).c_str());
    headers = curl_slist_append(headers, ("traceparent: " + trace->traceparent()).c_str());
    if (!trace->state.empty()) headers = curl_slist_append(headers, ("tracestate: " + trace->state).c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> freed(headers, &curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, verb.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  int socket_fault = 0;
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &socket_fault);
  if (verb != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
  }
  const CURLcode code = cancelled != nullptr ? perform(curl, *cancelled) : curl_easy_perform(curl);
  if (socket_fault != 0) {
    return Error{WYV_EXHAUSTED, "worker.client",
                 "this process can open no connection to a worker: " + std::generic_category().message(socket_fault),
                 "", true};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return Error{WYV_TIMEOUT, "worker.timeout",
                 "the worker at " + worker.url + " gave no answer to " + verb + " " + std::string(path) + " within " +
                     std::to_string(timeout.count()) + " ms",
                 "", true};
  }
  if (code != CURLE_OK) {
    return Error{WYV_UNAVAILABLE, "worker.unreachable",
                 "the worker at " + worker.url + " cannot be reached: " + curl_easy_strerror(code), "", true};
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  Json json = answer.empty() ? Json::object() : Json::parse(answer, nullptr, false);
  if (!json.is_object()) {
    return Error{WYV_INTERNAL, "worker.garbage", "the worker at " + worker.url + " did not answer with a JSON object",
                 "", false};
  }
  if (status >= 200 && status < 300) return json;
  const wyv_status kind = status == 409 ? WYV_CONFLICT : status == 400 ? WYV_INVALID : WYV_INTERNAL;
  return Error{kind, json.value("code", "worker.refused"),
               json.value("error", "the worker answered " + std::to_string(status)), "", status >= 500};
}

}  // namespace wyvern::playout
