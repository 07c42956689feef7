#include "host/probe_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "config/substitution.hpp"

namespace wyvern::host {
namespace {

using Json = nlohmann::json;

constexpr std::size_t record_limit = std::size_t{64} * 1024;  // bytes

Error cannot(const std::filesystem::path& folder, const char* what, int fault) {
  return {
      WYV_INVALID, "host.cache",
      "the cache folder '" + folder.string() + "' cannot be " + what + ": " + std::generic_category().message(fault),
      "", false};
}

std::optional<Verdict> read_record(const std::filesystem::path& file) {
  const auto read = config::read_text(file, record_limit);
  const Json record = read.text ? Json::parse(*read.text, nullptr, false) : Json();
  if (!record.is_object()) return std::nullopt;
  try {
    return Verdict{record.at("verdict").get<std::string>() == "quarantined", record.at("reason"), record.at("kernel"),
                   record.at("path"), record.at("size")};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

bool write_whole(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

bool ProbeCache::trusted() const {
  struct stat status {};
  return !folder_.empty() && ::lstat(folder_.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<Verdict> ProbeCache::find(const std::string& hash) const {
  return trusted() ? read_record(folder_ / (hash + ".json")) : std::nullopt;
}

Result<void> ProbeCache::store(const std::string& hash, const Verdict& verdict) const {
  std::error_code fault;
  if (folder_.has_parent_path()) std::filesystem::create_directories(folder_.parent_path(), fault);
  if (::mkdir(folder_.c_str(), S_IRWXU) != 0 && errno != EEXIST) return cannot(folder_, "made", errno);
  if (!trusted()) return cannot(folder_, "trusted, because others may write to it", EPERM);

  std::string temporary = (folder_ / (hash + ".XXXXXX")).string();
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return cannot(folder_, "written", errno);
  const Json record{{"verdict", verdict.quarantined ? "quarantined" : "ok"},
                    {"reason", verdict.reason},
                    {"kernel", verdict.kernel},
                    {"path", verdict.path},
                    {"size", verdict.size}};
  const bool written = write_whole(descriptor, record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  int failed = written ? 0 : errno;
  if (::close(descriptor) != 0 && failed == 0) failed = errno;
  if (failed == 0 && ::rename(temporary.c_str(), (folder_ / (hash + ".json")).c_str()) != 0) failed = errno;
  if (failed == 0) return {};
  ::unlink(temporary.c_str());
  return cannot(folder_, "written", failed);
}

std::map<std::string, Verdict> ProbeCache::quarantined() const {
  std::map<std::string, Verdict> found;
  if (!trusted()) return found;
  std::error_code fault;
  for (std::filesystem::directory_iterator each(folder_, fault), end; !fault && each != end; each.increment(fault)) {
    if (each->path().extension() != ".json") continue;
    if (auto verdict = read_record(each->path()); verdict && verdict->quarantined)
      found.emplace(each->path().stem().string(), std::move(*verdict));
  }
  return found;
}

Result<std::size_t> ProbeCache::clear_quarantine() const {
  std::size_t cleared = 0;
  for (const auto& [hash, verdict] : quarantined()) {
    if (::unlink((folder_ / (hash + ".json")).c_str()) != 0 && errno != ENOENT)
      return cannot(folder_, "cleared", errno);
    ++cleared;
  }
  return cleared;
}

}  // namespace wyvern::host
