#include "channel.hpp"

#include <algorithm>
#include <chrono>

#include "wyvern/result.hpp"

namespace wyvern::feeder {

namespace {

std::optional<Clip> filler_of(const Json& channel) {
  const auto found = channel.find("filler");
  if (found == channel.end() || !found->is_string() || found->get<std::string>().empty()) return std::nullopt;
  return Clip{found->get<std::string>(), 0, std::nullopt};
}

}  // namespace

Channel::Channel(const Json& channel, Settings settings, EventStream::Emit emit)
    : format_(parse_format(channel)),
      settings_(std::move(settings)),
      events_(std::move(emit)),
      cueing_(format_, settings_),
      program_(
          format_, settings_, [this](const Clip& clip) { return cueing_.cue(clip); }, filler_of(channel)),
      clock_(format_, settings_.catch_up_ns),
      load_(std::max<std::int64_t>(2, format_.frame_at(settings_.encoder_queue_ns))) {
  build_outputs(channel);
  if (const auto preview = channel.find("preview"); preview != channel.end() && preview->is_object())
    preview_directory_ = preview->value("directory", "");
}

Channel::~Channel() { stop(); }

void Channel::build_outputs(const Json& channel) {
  const auto described = channel.find("outputs");
  if (described == channel.end() || !described->is_array()) return;
  const auto changed = [this](const std::string& id, OutputState state, const std::string& reason) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    events_.post(Json{{"type", "output_changed"},
                      {"output", id},
                      {"state", name(state)},
                      {"reason", reason.empty() ? Json() : Json(reason)},
                      {"at_us", std::chrono::duration_cast<std::chrono::microseconds>(now).count()}});
  };
  for (const auto& entry : *described) {
    auto output = std::make_unique<Output>(entry.value("id", "main"), entry.at("rendered"), settings_, changed);
    // There is one encoder: the first output that asks for a bit rate gets it.
    if (const auto rate = output->video_bitrate_kbps(); rate && outputs_.empty()) settings_.video_bitrate_kbps = *rate;
    if (std::find(muxers_.begin(), muxers_.end(), output->takes()) == muxers_.end()) muxers_.push_back(output->takes());
    outputs_.push_back(std::move(output));
  }
}

std::shared_ptr<EncoderTrunk> Channel::make_trunk() {
  if (muxers_.empty()) return nullptr;
  return std::make_shared<EncoderTrunk>(format_, settings_, muxers_,
                                        [this](const std::string& muxer, GstSample* muxed) {
                                          for (const auto& output : outputs_)
                                            if (output->takes() == muxer) output->deliver(muxed);
                                        });
}

void Channel::start() {
  {
    const std::lock_guard lock(mutex_);
    if (on_air_) throw Failure(WYV_WRONG_STATE, "engine.on_air", "the channel is on air already");
  }
  // Building takes longer than a frame lasts: the clock begins when all is there.
  auto trunk = make_trunk();
  std::shared_ptr<Preview> preview;
  if (!preview_directory_.empty()) preview = std::make_shared<Preview>(format_, settings_.preview, preview_directory_);
  // A little ahead, so that the encoder runs when the first frame comes.
  constexpr std::int64_t lead_ns = 30'000'000;
  const std::int64_t now_ns = std::chrono::steady_clock::now().time_since_epoch().count();
  const auto wall_us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  {
    const std::lock_guard lock(mutex_);
    clock_.start(next_frame_, now_ns + lead_ns);
    anchor_us_ = wall_us + (clock_.base_ns() - now_ns) / 1000;
    program_.as_run().anchor(anchor_us_);
    program_.as_run().channel_started(next_frame_);
  }
  // Stamps begin at one second: the encoder's delay moves the first sound below that of the first picture.
  base_time_ = static_cast<GstClockTime>(clock_.base_ns() - second_ns);
  if (trunk) trunk->start(base_time_);
  if (preview) preview->start(base_time_);
  {
    const std::lock_guard lock(feeding_);
    trunk_ = std::move(trunk);
    preview_ = std::move(preview);
  }
  for (const auto& output : outputs_) output->start(base_time_);
  stopping_ = false;
  {
    const std::lock_guard lock(mutex_);
    on_air_ = true;
  }
  scheduler_ = std::thread([this] { run(); });
  caretaker_ = std::thread([this] { care(); });
}

void Channel::stop() {
  stopping_ = true;
  if (scheduler_.joinable()) scheduler_.join();
  if (caretaker_.joinable()) caretaker_.join();
  {
    const std::lock_guard lock(mutex_);
    if (on_air_) {
      program_.leave_air(clock_.frame());
      events_.post(program_.as_run().take());
      next_frame_ = clock_.frame();
    }
    on_air_ = false;
  }
  for (const auto& output : outputs_) output->stop();
  {
    const std::lock_guard lock(feeding_);
    trunk_.reset();
    preview_.reset();
  }
  events_.drain();
}

void Channel::care() {
  using namespace std::chrono_literals;
  for (int round = 0; !stopping_; ++round) {
    std::this_thread::sleep_for(50ms);
    if (round % 10 != 0) continue;
    try {
      renew_failed();
    } catch (const std::exception&) {
      // The next round tries again; the fault shows in the status meanwhile.
    }
  }
}

void Channel::renew_failed() {
  std::shared_ptr<EncoderTrunk> trunk;
  std::shared_ptr<Preview> preview;
  {
    const std::lock_guard lock(feeding_);
    if (trunk_)
      if (const std::string fault = trunk_->fault(); !fault.empty()) {
        encoder_fault_ = fault;
        trunk = std::exchange(trunk_, nullptr);
      }
    if (preview_)
      if (const std::string fault = preview_->fault(); !fault.empty()) {
        preview_fault_ = fault;
        preview = std::exchange(preview_, nullptr);
      }
  }
  // What failed ends outside of the lock, and before its successor begins: both write the same files.
  trunk.reset();
  preview.reset();
  const auto missing = [&](const auto& part) {
    const std::lock_guard lock(feeding_);
    return part == nullptr;
  };
  if (!muxers_.empty() && missing(trunk_)) {
    auto renewed = make_trunk();
    renewed->start(base_time_);
    const std::lock_guard lock(feeding_);
    trunk_ = std::move(renewed);
  }
  if (!preview_directory_.empty() && missing(preview_)) {
    auto renewed = std::make_shared<Preview>(format_, settings_.preview, preview_directory_);
    renewed->start(base_time_);
    const std::lock_guard lock(feeding_);
    preview_ = std::move(renewed);
  }
}

void Channel::load(const Json& playlist) {
  Playlist list = parse_playlist(playlist);
  const std::lock_guard lock(mutex_);
  program_.load(std::move(list));
}

void Channel::update(const Json& playlist) {
  Playlist list = parse_playlist(playlist);
  const std::lock_guard lock(mutex_);
  program_.update(std::move(list));
}

void Channel::pause() {
  const std::lock_guard lock(mutex_);
  program_.pause();
}

void Channel::resume() {
  const std::lock_guard lock(mutex_);
  program_.resume();
}

void Channel::skip() {
  const std::lock_guard lock(mutex_);
  program_.skip();
}

void Channel::stop_playback() {
  const std::lock_guard lock(mutex_);
  program_.stop_playback();
}

}  // namespace wyvern::feeder
