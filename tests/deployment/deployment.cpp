#include "deployment.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace wyvern::test {
namespace {

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
  const std::string line(data, size * count);
  const auto colon = line.find(": ");
  if (colon != std::string::npos) {
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    static_cast<Answer*>(to)->headers[name] = line.substr(colon + 2, line.find_last_not_of("\r\n") - colon - 1);
  }
  return size * count;
}

// Every process whose command line mentions the folder.
std::vector<pid_t> processes_of(const std::filesystem::path& folder) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (read_file(entry.path() / "cmdline").find(folder.string()) != std::string::npos)
      found.push_back(std::stoi(name));
  }
  return found;
}

std::unique_ptr<PostgresServer> server_of_the_environment() {
  const char* store = std::getenv("WYVERN_TEST_STORE");
  if (store == nullptr || std::string_view(store) == "sqlite") return nullptr;
  if (std::string_view(store) != "postgres") throw std::runtime_error("WYVERN_TEST_STORE is sqlite or postgres");
  return std::make_unique<PostgresServer>();
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "wyvern-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder can be made");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(descriptor);
    throw std::runtime_error("no free port");
  }
  ::close(descriptor);
  return ntohs(address.sin_port);
}

Deployment::Deployment(const Options& options)
    : program_(options.program.empty() ? WYVERN_BUILD_DIR "/bin/wyvernd" : options.program),
      postgres_(server_of_the_environment()),
      environment_(options.environment) {
  std::filesystem::create_directories(library());
  const std::string state = (folder() / "state").string();
  // Tests that run beside one another give their workers ports of their own.
  const int first_port = 20000 + (::getpid() % 640) * 16;
  Json config = {{"wyvern", 1},
                 {"roles", {"controller", "node"}},
                 {"state_dir", state},
                 {"identity", {{"bootstrap_token", token_}}},
                 {"stores", {{"main", store_config()}}},
                 {"storages", {{"media", {{"plugin", "storage-local"}, {"root", library().string()}}}}},
                 {"runtimes", {{"here", {{"plugin", "runtime-process"}, {"state_dir", state + "/workers"}}}}},
                 {"outputs", {{"srt", {{"plugin", "output-srt"}}}}},
                 {"engines", {{"main", {{"plugin", "engine-gstreamer"}}}}},
                 {"playout", {{"worker_ports", {{"first", first_port}, {"last", first_port + 15}}}}},
                 {"surfaces", {{"api", {{"plugin", "rest"}, {"listen", "127.0.0.1:0"}}}}}};
  config.merge_patch(options.sections);
  configure(config.dump(2));
  if (options.start) start();
}

Json Deployment::store_config() const {
  if (postgres_ == nullptr) return {{"plugin", "store-sqlite"}, {"path", (folder() / "state" / "wyvern.db").string()}};
  Json config = postgres_->store("wyvern");
  config["plugin"] = "store-postgres";
  return config;
}

Deployment::~Deployment() {
  try {
    if (pid_ != 0) stop();
  } catch (const std::exception& fault) {
    std::cerr << "a deployment did not stop: " << fault.what() << "\n" << log();
  }
  for (const pid_t left : processes_of(folder())) ::kill(left, SIGKILL);
  (void)test::await([this] { return processes_of(folder()).empty(); });
}

void Deployment::configure(const std::string& yaml) const { std::ofstream(folder() / "wyvern.yaml") << yaml; }

pid_t Deployment::spawn() {
  const std::string config = (folder() / "wyvern.yaml").string();
  const std::string output = (folder() / "wyvernd.log").string();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no controller behind
    if (::getppid() != parent) ::_exit(126);
    const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    for (const auto& [name, value] : environment_) ::setenv(name.c_str(), value.c_str(), 1);
    ::execl(program_.c_str(), program_.c_str(), "--config", config.c_str(), nullptr);
    ::_exit(127);
  }
  return child;
}

void Deployment::start() {
  std::filesystem::remove(folder() / "wyvernd.log");
  const FolderWatch watch(folder());
  pid_ = spawn();
  const std::string mark = "wyvernd: api at ";
  const auto look = [&] {
    const std::string text = log();
    const auto at = text.find(mark);
    const auto end = at == std::string::npos ? at : text.find('\n', at);
    if (end == std::string::npos) return false;
    url_ = text.substr(at + mark.size(), end - at - mark.size());
    return true;
  };
  if (!watch.await(look, std::chrono::seconds(20), pid_)) {
    if (const auto ended = await_end(pid_, std::chrono::milliseconds(0))) pid_ = 0;
    throw std::runtime_error((pid_ == 0 ? "wyvernd ended: " : "wyvernd did not come up: ") + log());
  }
  root_ = url_.substr(0, url_.find("/api/v1"));
  events_ = std::make_unique<EventFeed>(url_, token_);
}

void Deployment::stop() {
  if (pid_ == 0) return;
  events_.reset();
  ::kill(pid_, SIGTERM);
  const auto ended = await_end(pid_, std::chrono::seconds(40));
  if (!ended) {
    kill();
    throw std::runtime_error("wyvernd did not end by SIGTERM");
  }
  pid_ = 0;
  if (!WIFEXITED(*ended) || WEXITSTATUS(*ended) != 0)
    throw std::runtime_error("wyvernd ended badly: " + std::to_string(*ended));
}

void Deployment::kill() {
  events_.reset();
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::pair<int, std::string> Deployment::run_to_end(std::chrono::milliseconds deadline) {
  std::filesystem::remove(folder() / "wyvernd.log");
  const pid_t child = spawn();
  const auto ended = await_end(child, deadline);
  if (!ended) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  return {ended && WIFEXITED(*ended) ? WEXITSTATUS(*ended) : -1, log()};
}

Json Deployment::event(const std::string& type, const std::function<bool(const Json&)>& test,
                       std::chrono::milliseconds deadline) const {
  return events_->wait_for([&](const Json& event) { return event["type"] == type && (!test || test(event)); },
                           deadline);
}

std::string Deployment::log() const { return read_file(folder() / "wyvernd.log"); }

bool Deployment::logged(const std::string& text, std::chrono::milliseconds deadline) const {
  return FolderWatch(folder()).await([&] { return log().find(text) != std::string::npos; }, deadline);
}

Answer Deployment::call(const std::string& method, const std::string& path, const Json& body) const {
  return call_with(token_, method, path, body.is_null() ? std::string() : body.dump());
}

Answer Deployment::call_with(const std::string& token, const std::string& method, const std::string& path,
                             const std::string& body, const std::vector<std::string>& headers) const {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  curl_slist* list = nullptr;
  if (!token.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + token).c_str());
  if (!body.empty()) list = curl_slist_append(list, "Content-Type: application/json");
  for (const auto& header : headers) list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> freed(list, &curl_slist_free_all);
  const std::string url =
      (path.starts_with("/healthz") || path.starts_with("/readyz") || path.starts_with("/metrics") ? root_ : url_) +
      path;
  Answer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.text);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &answer);
  if (!body.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) throw std::runtime_error(method + " " + path + ": " + curl_easy_strerror(code) + "\n" + log());
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  const Json json = Json::parse(answer.text, nullptr, false);
  if (!json.is_discarded()) answer.body = json;
  return answer;
}

void Deployment::make_clip(const std::string& name, double seconds, const std::string& size, const std::string& rate,
                           int channels) const {
  const std::string length = std::to_string(seconds);
  std::string command =
      "ffmpeg -v error -y -f lavfi -i testsrc2=size=" + size + ":rate=" + rate + ":duration=" + length;
  if (channels > 0)
    command +=
        " -f lavfi -i sine=frequency=440:sample_rate=48000:duration=" + length + " -ac " + std::to_string(channels);
  command += " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -movflags +faststart '" +
             (library() / name).string() + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("ffmpeg failed: " + command);
}

std::string Deployment::asset(const std::string& name) const {
  const auto made = call("POST", "/assets", {{"key", name}});
  if (made.status != 201) throw std::runtime_error("POST /assets: " + made.text);
  const std::string id = made.body["id"];
  Json last;
  if (!await([&] {
        last = call("GET", "/assets/" + id).body;
        return last["status"] == "ready" || last["status"] == "error";
      }) ||
      last["status"] != "ready") {
    throw std::runtime_error("the asset did not become ready: " + last.dump());
  }
  return id;
}

std::string Deployment::channel(const Json& fields) const {
  Json body = {{"name", "Test"},
               {"video_format", "320x180p2500"},
               {"output_config", {{"url", "srt://127.0.0.1:" + std::to_string(free_port()) + "?mode=listener"}}}};
  body.merge_patch(fields);
  const auto made = call("POST", "/playout/channels", body);
  if (made.status != 201) throw std::runtime_error("POST /playout/channels: " + made.text);
  return made.body["id"];
}

std::string Deployment::playlist(const std::string& channel_id, const std::vector<std::string>& assets,
                                 bool loop) const {
  const auto made = call("POST", "/playout/playlists", {{"channel_id", channel_id}, {"name", "List"}, {"loop", loop}});
  if (made.status != 201) throw std::runtime_error("POST /playout/playlists: " + made.text);
  const std::string id = made.body["id"];
  for (const auto& asset_id : assets) {
    const auto added = call("POST", "/playout/playlists/" + id + "/items", {{"asset_id", asset_id}});
    if (added.status != 201) throw std::runtime_error("POST items: " + added.text);
  }
  await_staged(id);
  return id;
}

void Deployment::await_staged(const std::string& playlist_id) const {
  Json items;
  const bool staged = await([&] {
    items = call("GET", "/playout/playlists/" + playlist_id + "/items").body;
    for (const auto& item : items) {
      if (item["media_status"] != "ready") return false;
    }
    return true;
  });
  if (!staged) throw std::runtime_error("not staged: " + items.dump());
}

std::filesystem::path Deployment::channel_folder(const std::string& channel_id) const {
  return folder() / "state" / "playout" / channel_id;
}

std::string Deployment::worker_log(const std::string& channel_id) const {
  return read_file(channel_folder(channel_id) / "worker.log");
}

pid_t Deployment::worker_pid(const std::string& channel_id) const {
  const std::string config = (channel_folder(channel_id) / "worker.yaml").string();
  for (const pid_t pid : processes_of(config)) return pid;
  return 0;
}

}  // namespace wyvern::test
