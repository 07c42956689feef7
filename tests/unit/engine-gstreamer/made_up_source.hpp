// An item without a decoder: its pictures are numbered buffers, its sound is a constant, and it misbehaves on demand.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "program.hpp"

namespace wyvern::feeder::test {

class MadeUpSource final : public ItemSource {
 public:
  MadeUpSource(std::string path, std::int64_t length, std::int64_t first)
      : path_(std::move(path)), length_(length), first_(first) {}

  State state() const override {
    return !fault_.empty() && !on_air_ ? State::failed : ready_ ? State::ready : State::preparing;
  }
  std::string fault() const override { return fault_; }
  Look picture(std::int64_t index) override {
    on_air_ = true;
    if (breaks_at_ && index >= *breaks_at_) {
      fault_ = "it broke";
      return {Look::Kind::ended, {}, 0};
    }
    if (index >= length_) return {Look::Kind::ended, {}, 0};
    if (index > decoded_) return {Look::Kind::late, newest_, index - decoded_};
    if (index != shown_) {
      newest_ = BufferRef::take(gst_buffer_new());
      GST_BUFFER_OFFSET(newest_.get()) = static_cast<guint64>(first_ + index);
      shown_ = index;
    }
    return {Look::Kind::picture, newest_, 0};
  }
  void sound(float* out, std::int64_t samples) override {
    std::fill_n(out, samples * 2, 0.5F);
    sound_taken_ += samples;
  }
  std::optional<std::int64_t> length() const override { return knows_length_ ? std::optional(length_) : std::nullopt; }
  void hurry(std::int64_t) override {}

  std::string path_;
  std::int64_t length_;
  std::int64_t first_;
  std::int64_t decoded_ = INT64_MAX;  // pictures beyond this index are not there yet
  std::optional<std::int64_t> breaks_at_;
  bool ready_ = true;
  bool knows_length_ = true;
  std::string fault_;
  std::int64_t sound_taken_ = 0;

 private:
  bool on_air_ = false;
  std::int64_t shown_ = -1;
  BufferRef newest_;
};

// A program at 25 frames a second whose clips are made up: "a" has pictures 1000…, "b" 2000… and so on.
class Stage {
 public:
  explicit Stage(std::optional<Clip> filler = std::nullopt, Settings settings = {})
      : program(
            [this](HouseFormat& format) -> HouseFormat& {
              gst_init(nullptr, nullptr);
              format.width = 64;
              format.height = 32;
              return format;
            }(format_),
            settings, [this](const Clip& clip) { return cue(clip); }, std::move(filler)) {}

  std::shared_ptr<MadeUpSource> cue(const Clip& clip) {
    const std::int64_t skipped = format_.nearest_frames(clip.in_ns);
    auto source =
        std::make_shared<MadeUpSource>(clip.path, lengths[clip.path] - skipped, first_of(clip.path) + skipped);
    source->ready_ = slow_to_prepare.count(clip.path) == 0;
    if (bad.count(clip.path) != 0) source->fault_ = "it is bad";
    if (prepare) prepare(*source);
    cued.push_back(source);
    return source;
  }
  std::int64_t first_of(const std::string& path) const { return (path[0] - 'a' + 1) * 1000; }

  Item item(const std::string& path) {
    Item made;
    made.id = path;
    made.clip.path = path;
    made.clip_duration_ns = format_.time_ns(lengths[path]);
    return made;
  }
  Playlist list(const std::vector<std::string>& paths, bool loop = false) {
    Playlist made;
    made.id = "list";
    made.loop = loop;
    for (const auto& path : paths) made.items.push_back(item(path));
    return made;
  }

  // The number of the picture on air; -1 for the slate and blends.
  std::int64_t tick() {
    const ProgramFrame& out = program.tick(frame++);
    for (auto& event : program.as_run().take()) events.push_back(event);
    silent = out.sound.empty() || out.sound.front() == 0.0F;
    samples = static_cast<std::int64_t>(out.sound.size()) / 2;
    const auto number = GST_BUFFER_OFFSET(out.picture.get());
    return number == GST_BUFFER_OFFSET_NONE ? -1 : static_cast<std::int64_t>(number);
  }
  std::vector<std::int64_t> ticks(int count) {
    std::vector<std::int64_t> seen;
    for (int i = 0; i < count; ++i) seen.push_back(tick());
    return seen;
  }
  std::vector<Json> of_type(const std::string& type) const {
    std::vector<Json> found;
    for (const auto& event : events)
      if (event.at("type") == type) found.push_back(event);
    return found;
  }
  std::vector<std::string> story() const {  // "item_started a", "step_down filler"
    std::vector<std::string> told;
    for (const auto& event : events) {
      std::string line = event.at("type");
      if (event.contains("item_id")) line += " " + event.at("item_id").get<std::string>();
      if (event.contains("rung")) line += " " + event.at("rung").get<std::string>();
      if (event.contains("result")) line += " " + event.at("result").get<std::string>();
      told.push_back(line);
    }
    return told;
  }

  std::map<std::string, std::int64_t> lengths{{"a", 3}, {"b", 2}, {"c", 4}};
  std::set<std::string> slow_to_prepare;
  std::set<std::string> bad;
  std::function<void(MadeUpSource&)> prepare;
  std::vector<std::shared_ptr<MadeUpSource>> cued;
  std::int64_t frame = 0;
  bool silent = true;
  std::int64_t samples = 0;
  std::vector<Json> events;

 private:
  HouseFormat format_;

 public:
  Program program;
};

}  // namespace wyvern::feeder::test
