#include "worker/spool.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <random>

#include "worker/spool_record.hpp"
#include "wyvern/abi/base.h"
#include "wyvern/result.hpp"

namespace wyvern::worker {
namespace {

constexpr std::uint64_t batch_bytes = 256 * 1024;
constexpr std::uint64_t reserve_ahead = 1000;
constexpr std::uint64_t page_bytes = 4 * 1024 * 1024;

std::string new_id() {
  std::random_device random;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", random(), random());
  return text.data();
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(SpoolOptions options) {
  // A write past RLIMIT_FSIZE shall be an error, not the end of the process.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  auto file = SpoolFile::open(options.directory);
  if (!file) return std::move(file).error();
  std::unique_ptr<Spool> spool(new Spool(std::move(options), std::move(*file)));
  spool->begin();
  return spool;
}

Spool::Spool(SpoolOptions options, std::unique_ptr<SpoolFile> file)
    : options_(std::move(options)), file_(std::move(file)) {}

void Spool::begin() {
  found_ = file_->scan();
  marks_ = file_->read_marks();
  last_found_ = found_.records.empty() ? 0 : found_.records.back().first.number;
  for (const auto& [head, extent] : found_.records) {
    marks_.run = std::max(marks_.run, head.run);
    marks_.epoch = std::max(marks_.epoch, head.epoch);
    if (head.number <= marks_.acknowledged) continue;
    entries_.push_back({head.number, extent, {}});
    live_bytes_ += extent.length;
  }
  const std::uint64_t highest = std::max({last_found_, marks_.acknowledged, marks_.reserved});
  const std::int64_t now_us = options_.wall_us();
  next_ = highest > 0 ? highest + 1 : static_cast<std::uint64_t>(std::max<std::int64_t>(now_us / 1000, 1));
  if (marks_.id.empty()) marks_.id = new_id();
  run_ = ++marks_.run;
  marks_.epoch = std::max(marks_.epoch, options_.epoch);
  marks_.reserved = 0;
  durable_ = next_ - 1;
  readable_file_ = file_->file();
  file_end_ = file_->end();
  if (const auto saved = file_->write_marks(marks_, true); !saved) {
    set_state(saved.error().status == WYV_EXHAUSTED ? "full" : "failing", saved.error().message);
    marks_dirty_ = true;
  }
  thread_ = std::thread([this] { work(); });
}

Spool::~Spool() {
  (void)flush(std::chrono::seconds(2));
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Spool::replay(std::uint64_t after,
                   const std::function<void(std::uint64_t number, const Json& event)>& each) const {
  const auto file = [this] {
    const std::lock_guard lock(mutex_);
    return readable_file_;
  }();
  if (!file) return;
  for (const auto& [head, extent] : found_.records) {
    if (head.number <= after) continue;
    const auto line = SpoolFile::read(*file, extent);
    if (!line) continue;
    const Json record = Json::parse(*line, nullptr, false);
    if (record.is_object() && record.contains("event")) each(head.number, record["event"]);
  }
}

void Spool::end_replay() { found_.records = {}; }

std::uint64_t Spool::append(const Json& event) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (loss_.count > 0 && memory_ < options_.memory_bytes / 2) add_loss();
    // Once events were lost, none is taken until their count stands before it: the order is told truly.
    if (loss_.count == 0) number = add(event);
    if (number == 0) {
      const std::int64_t now_us = options_.wall_us();
      if (loss_.count++ == 0) loss_.first_us = now_us;
      loss_.last_us = now_us;
      ++lost_;
    }
  }
  wake_.notify_one();
  return number;
}

// Under the lock.
std::uint64_t Spool::add(const Json& event) {
  std::string line =
      record_line({next_, run_, marks_.epoch}, event.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (memory_ + line.size() > options_.memory_bytes) return 0;
  memory_ += line.size();
  entries_.push_back({next_, {}, std::move(line)});
  return next_++;
}

// Under the lock.
void Spool::add_loss() {
  const Json event = {
      {"type", "events_lost"},
      {"count", loss_.count},
      {"first_at_us", loss_.first_us},
      {"last_at_us", loss_.last_us},
      {"at_us", loss_.last_us},
      {"reason", reason_.empty() ? "the disk took no events, and the memory for them was full" : reason_}};
  if (add(event) != 0) loss_ = {};
}

bool Spool::acknowledge(std::uint64_t number) {
  {
    const std::lock_guard lock(mutex_);
    if (number >= next_) return false;
    if (number <= marks_.acknowledged) return true;
    marks_.acknowledged = number;
    marks_dirty_ = nudged_ = true;
    while (!entries_.empty() && entries_.front().number <= number) {
      const auto& entry = entries_.front();
      if (entry.line.empty()) {
        live_bytes_ -= entry.extent.length;
      } else {
        memory_ -= entry.line.size();
      }
      entries_.pop_front();
    }
    durable_ = std::max(durable_, number);
  }
  wake_.notify_one();
  return true;
}

// Under the lock. What may be given out: never a number that a later run could use for something else.
std::uint64_t Spool::readable() const { return state_ == "ok" ? durable_ : std::max(durable_, marks_.reserved); }

std::uint64_t Spool::last() const {
  const std::lock_guard lock(mutex_);
  return next_ - 1;
}

bool Spool::has_newer(std::uint64_t after) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::upper_bound(entries_.begin(), entries_.end(), after,
                                      [](std::uint64_t number, const Entry& entry) { return number < entry.number; });
  return found != entries_.end() && found->number <= readable();
}

Spool::Page Spool::read(std::uint64_t after, std::size_t limit) const {
  Page page;
  page.last = after;
  std::vector<Entry> chosen;
  std::shared_ptr<const OpenFile> file;
  {
    const std::lock_guard lock(mutex_);
    file = readable_file_;
    const auto until = readable();
    auto at = std::upper_bound(entries_.begin(), entries_.end(), after,
                               [](std::uint64_t number, const Entry& entry) { return number < entry.number; });
    std::uint64_t bytes = 0;
    for (; at != entries_.end() && at->number <= until && chosen.size() < limit && bytes < page_bytes; ++at) {
      bytes += at->line.empty() ? at->extent.length : at->line.size();
      chosen.push_back(*at);
    }
  }
  // The disk is read without the lock: the engine's thread may want to append.
  for (const auto& entry : chosen) {
    const auto line = entry.line.empty() ? SpoolFile::read(*file, entry.extent) : Result<std::string>(entry.line);
    const Json record = line ? Json::parse(*line, nullptr, false) : Json();
    Json event = record.is_object() ? record.value("event", Json::object()) : Json::object();
    if (!event.is_object() || event.empty()) event = {{"type", "unreadable_record"}};
    event["number"] = entry.number;
    event["run"] = record.is_object() ? record.value("run", run_) : run_;
    event["epoch"] = record.is_object() ? record.value("epoch", std::int64_t{0}) : std::int64_t{0};
    page.events.push_back(std::move(event));
    page.last = entry.number;
  }
  return page;
}

void Spool::on_readable(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  changed_ = std::move(changed);
}

bool Spool::flush(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto target = next_ - 1;
  (void)written_.wait_for(lock, timeout, [&] { return durable_ >= target || state_ != "ok"; });
  return durable_ >= target;
}

std::int64_t Spool::epoch() const {
  const std::lock_guard lock(mutex_);
  return marks_.epoch;
}

void Spool::raise_epoch(std::int64_t epoch) {
  {
    const std::lock_guard lock(mutex_);
    if (epoch <= marks_.epoch) return;
    marks_.epoch = epoch;
    marks_dirty_ = nudged_ = true;
  }
  wake_.notify_one();
}

Json Spool::status() const {
  const std::lock_guard lock(mutex_);
  const auto unwritten =
      std::count_if(entries_.rbegin(), entries_.rend(), [](const Entry& e) { return !e.line.empty(); });
  return {{"id", marks_.id},
          {"last", next_ - 1},
          {"acknowledged", marks_.acknowledged},
          {"waiting", entries_.size()},
          {"unwritten", unwritten},
          {"bytes", file_end_},
          {"state", state_},
          {"reason", reason_.empty() ? Json(nullptr) : Json(reason_)},
          {"lost", lost_},
          {"damaged", found_.damaged}};
}

// Under the lock, or before the thread runs.
void Spool::set_state(std::string state, std::string reason) {
  if (state == state_) {
    reason_ = std::move(reason);
    return;
  }
  state_ = std::move(state);
  reason_ = std::move(reason);
  if (options_.state_changed) options_.state_changed(state_, reason_);
}

bool Spool::worth_compacting() const {
  const auto spent = file_end_ - live_bytes_;
  if (state_ == "full") return spent > 0;
  return spent >= options_.compact_bytes && spent > file_end_ / 2;
}

void Spool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto pending = [this] { return memory_ > 0 || loss_.count > 0; };
    const auto to_do = [&] { return stopping_ || marks_dirty_ || pending(); };
    if (state_ == "ok") {
      wake_.wait(lock, to_do);
    } else {
      // Acknowledgements free room, so they wake it before the time; numbers that are to be given out, too.
      wake_.wait_for(lock, options_.retry, [&] { return stopping_ || nudged_ || next_ - 1 > marks_.reserved; });
    }
    nudged_ = false;
    const bool last_round = stopping_;
    if (marks_dirty_) save_marks(lock, false);
    if (worth_compacting()) compact(lock);
    const bool took = write_some(lock);
    if (took) {
      if (loss_.count > 0) add_loss();
      if (memory_ == 0 && marks_.reserved != 0) {
        marks_.reserved = 0;
        save_marks(lock, true);
      }
    } else if (next_ - 1 > marks_.reserved) {
      reserve(lock);
    }
    written_.notify_all();
    if (const auto changed = changed_) {
      lock.unlock();
      changed();
      lock.lock();
    }
    if (last_round && (memory_ == 0 || !took)) return;
  }
}

// Writes the oldest lines that are not on the disk. Returns false when the disk takes nothing.
bool Spool::write_some(std::unique_lock<std::mutex>& lock) {
  while (memory_ > 0) {
    const auto first = std::find_if(entries_.begin(), entries_.end(), [](const Entry& e) { return !e.line.empty(); });
    std::string lines;
    std::uint64_t until = 0;
    for (auto at = first; at != entries_.end() && lines.size() < batch_bytes; ++at) {
      lines += at->line;
      until = at->number;
    }
    const std::uint64_t from = first->number;
    if (file_end_ + lines.size() > options_.limit_bytes) {
      set_state("full", "the spool holds " + std::to_string(file_end_) + " bytes, its limit is " +
                            std::to_string(options_.limit_bytes) + "; let the controller take its events");
      return false;
    }
    lock.unlock();
    const auto at = file_->append(lines);
    lock.lock();
    if (!at) {
      set_state(at.error().status == WYV_EXHAUSTED ? "full" : "failing", at.error().message);
      return false;
    }
    set_state("ok", "");
    file_end_ = file_->end();
    readable_file_ = file_->file();
    // Lengths of those that were acknowledged meanwhile are told by the lines themselves.
    std::uint64_t offset = *at;
    std::size_t begin = 0;
    auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.number >= from; });
    for (std::uint64_t number = from; number <= until; ++number) {
      const auto length = static_cast<std::uint32_t>(lines.find('\n', begin) + 1 - begin);
      if (entry != entries_.end() && entry->number == number) {
        entry->extent = {offset, length};
        memory_ -= entry->line.size();
        live_bytes_ += length;
        entry->line = {};
        ++entry;
      }
      begin += length;
      offset += length;
    }
    durable_ = std::max(durable_, until);
  }
  if (state_ != "ok" && !marks_dirty_) set_state("ok", "");
  return true;
}

void Spool::save_marks(std::unique_lock<std::mutex>& lock, bool sync) {
  const Marks marks = marks_;
  marks_dirty_ = false;
  lock.unlock();
  const auto saved = file_->write_marks(marks, sync);
  lock.lock();
  if (!saved) {
    marks_dirty_ = true;
    set_state(saved.error().status == WYV_EXHAUSTED ? "full" : "failing", saved.error().message);
  }
}

// Events that are given out from memory must keep their numbers for themselves even if the process dies.
void Spool::reserve(std::unique_lock<std::mutex>& lock) {
  marks_.reserved = next_ - 1 + reserve_ahead;
  save_marks(lock, true);
}

void Spool::compact(std::unique_lock<std::mutex>& lock) {
  // Without the records, the marks alone say which numbers were used.
  save_marks(lock, true);
  if (marks_dirty_) return;
  std::vector<Extent> live;
  std::vector<std::uint64_t> numbers;
  for (const auto& entry : entries_) {
    if (!entry.line.empty()) break;
    live.push_back(entry.extent);
    numbers.push_back(entry.number);
  }
  lock.unlock();
  const auto moved = file_->rewrite(live);
  lock.lock();
  if (!moved) return;  // the old file is as good as before
  readable_file_ = file_->file();
  file_end_ = file_->end();
  auto entry = entries_.begin();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (entry == entries_.end()) break;
    if (entry->number != numbers[i]) continue;  // acknowledged meanwhile
    entry->extent = (*moved)[i];
    ++entry;
  }
}

}  // namespace wyvern::worker
