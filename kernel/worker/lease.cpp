#include "worker/lease.hpp"

#include <algorithm>
#include <charconv>
#include <random>

#include "operations/operation.hpp"
#include "worker/whole_file.hpp"

namespace wyvern::worker {
namespace {

using operations::Refusal;
constexpr std::int64_t ns_per_ms = 1'000'000;

}  // namespace

Lease::Lease(const Settings& settings, std::int64_t epoch, std::filesystem::path path, const Clock& clock)
    : clock_(clock), on_loss_(settings.on_loss), path_(std::move(path)), epoch_(epoch) {
  std::random_device random;
  process_ = std::to_string(random()) + std::to_string(random());
  if (on_loss_ == Settings::OnLoss::stay) return;

  const auto text = path_.empty() ? std::nullopt : read_file(path_);
  const Json before = text ? Json::parse(*text, nullptr, false) : Json();
  if (before.is_object() && before.value("epoch", std::int64_t{0}) >= epoch_) {
    if (before.value("boot", "") == clock_.boot_id()) {
      deadline_ns_ = before.value("deadline_ns", std::int64_t{0});
      ttl_ms_ = before.value("ttl_ms", std::int64_t{0});
      loss_taken_ = *deadline_ns_ <= clock_.boot_ns();  // by the worker before this one
    }
  } else if (settings.first_lease) {
    ttl_ms_ = settings.first_lease->count();
    deadline_ns_ = clock_.boot_ns() + ttl_ms_ * ns_per_ms;
    save();
  }
}

std::string Lease::reading() const { return process_ + "." + std::to_string(clock_.boot_ns()); }

std::int64_t Lease::deadline_of(const Json& request) const {
  const std::int64_t now = clock_.boot_ns();
  const std::int64_t ttl = request.at("ttl_ms").get<std::int64_t>() * ns_per_ms;
  std::int64_t deadline = now - request.value("sent_ago_ms", std::int64_t{0}) * ns_per_ms + ttl;
  const Json wanted = {{"clock", reading()}};
  if (!request.contains("clock")) {
    if (on_loss_ == Settings::OnLoss::stay) return deadline;
    throw Refusal(400, "lease.clock",
                  "clock is required: send back the newest `lease.clock` of this worker's status, and in clock_age_ms "
                  "for how long you have had it, so that the lease counts from when it was sent",
                  wanted);
  }
  const std::string clock = request.at("clock").get<std::string>();
  std::int64_t read_at = 0;
  const auto dot = clock.find('.');
  const bool ours = dot != std::string::npos && clock.substr(0, dot) == process_ &&
                    std::from_chars(clock.data() + dot + 1, clock.data() + clock.size(), read_at).ec == std::errc();
  if (!ours || read_at > now) {
    throw Refusal(400, "lease.clock", "clock is not a reading of this worker; take the newest from its status", wanted);
  }
  return std::min(deadline, read_at + request.value("clock_age_ms", std::int64_t{0}) * ns_per_ms + ttl);
}

void Lease::renew(const Json& request) {
  const std::lock_guard lock(mutex_);
  const auto epoch = request.at("epoch").get<std::int64_t>();
  if (epoch < epoch_) {
    throw Refusal(409, "lease.epoch",
                  "the lease is of epoch " + std::to_string(epoch) + ", but this worker has seen epoch " +
                      std::to_string(epoch_) + "; the channel was granted again meanwhile",
                  {{"epoch", epoch_}});
  }
  const std::int64_t deadline = deadline_of(request);
  if (deadline <= clock_.boot_ns()) {
    throw Refusal(409, "lease.late", "the lease was over before it came to this worker; send a new one",
                  {{"clock", reading()}});
  }
  epoch_ = epoch;
  ttl_ms_ = request.at("ttl_ms").get<std::int64_t>();
  deadline_ns_ = std::max(deadline, deadline_ns_.value_or(deadline));
  loss_taken_ = false;
  save();
}

bool Lease::holds() const {
  const std::lock_guard lock(mutex_);
  return on_loss_ == Settings::OnLoss::stay || (deadline_ns_ && clock_.boot_ns() < *deadline_ns_);
}

bool Lease::take_loss(std::chrono::nanoseconds& late) {
  const std::lock_guard lock(mutex_);
  if (on_loss_ == Settings::OnLoss::stay || loss_taken_ || !deadline_ns_) return false;
  const auto now = clock_.boot_ns();
  if (now < *deadline_ns_) return false;
  loss_taken_ = true;
  late = std::chrono::nanoseconds(now - *deadline_ns_);
  return true;
}

std::int64_t Lease::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

Json Lease::status() const {
  const std::lock_guard lock(mutex_);
  Json json = {{"on_loss", on_loss_ == Settings::OnLoss::stay ? "stay" : "leave"},
               {"state", "none"},
               {"epoch", epoch_},
               {"ttl_ms", nullptr},
               {"remaining_ms", nullptr},
               {"clock", reading()}};
  if (!deadline_ns_) return json;
  const auto left = *deadline_ns_ - clock_.boot_ns();
  json["state"] = left > 0 ? "held" : "expired";
  json["ttl_ms"] = ttl_ms_;
  json["remaining_ms"] = left / ns_per_ms;
  return json;
}

// Written for the next run on this same boot only, so it need not reach the disk.
void Lease::save() const {
  if (path_.empty() || on_loss_ == Settings::OnLoss::stay) return;
  const Json json = {
      {"epoch", epoch_}, {"boot", clock_.boot_id()}, {"deadline_ns", *deadline_ns_}, {"ttl_ms", ttl_ms_}};
  (void)replace_file(path_, json.dump(), Survives::process_crash);
}

}  // namespace wyvern::worker
