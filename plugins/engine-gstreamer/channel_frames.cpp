// The part of Channel that runs on the scheduler's thread: one frame per tick; and the status that tells of it.
#include <pthread.h>
#include <time.h>

#include <cerrno>
#include <cstring>

#include "channel.hpp"
#include "decoder_pool.hpp"

namespace wyvern::feeder {

namespace {

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * second_ns + now.tv_nsec;
}

void sleep_until(std::int64_t due_ns) {
  const timespec due{due_ns / second_ns, due_ns % second_ns};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
  }
}

// The clock's thread does little and must not wait behind decoders. Where real time is not granted (CAP_SYS_NICE, or
// RLIMIT_RTPRIO of the service), it runs as any other.
void put_first() {
  const sched_param priority{1};
  (void)pthread_setschedparam(pthread_self(), SCHED_RR, &priority);
}

void stamp(GstBuffer* buffer, std::int64_t from_ns, std::int64_t to_ns) {
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(from_ns);
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(to_ns - from_ns);
  GST_BUFFER_OFFSET(buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END(buffer) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_FLAG_UNSET(buffer, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_RESYNC);
}

}  // namespace

void Channel::run() {
  pthread_setname_np(pthread_self(), "wyv-scheduler");
  put_first();
  while (!stopping_) {
    std::int64_t due_ns;
    {
      const std::lock_guard lock(mutex_);
      due_ns = clock_.due_ns();
    }
    sleep_until(due_ns);
    serve_frame();
  }
}

void Channel::serve_frame() {
  std::vector<Json> events;
  {
    const std::lock_guard lock(mutex_);
    clock_.serve(monotonic_ns());
    const std::int64_t number = clock_.frame();
    send(program_.tick(number), number);
    events = program_.as_run().take();
    clock_.next();
  }
  events_.post(std::move(events));
}

void Channel::send(const ProgramFrame& frame, std::int64_t number) {
  auto picture = head_over(frame.picture.get());
  stamp(picture.get(), second_ns + format_.time_ns(number), second_ns + format_.time_ns(number + 1));
  auto sound = BufferRef::take(gst_buffer_new_allocate(nullptr, frame.sound.size() * sizeof(float), nullptr));
  gst_buffer_fill(sound.get(), 0, frame.sound.data(), frame.sound.size() * sizeof(float));
  stamp(sound.get(), second_ns + scale(format_.sample(number), second_ns, sample_rate),
        second_ns + scale(format_.sample(number + 1), second_ns, sample_rate));

  const std::lock_guard lock(feeding_);
  if (preview_) {
    preview_->push_picture(picture.get());
    preview_->push_sound(sound.get());
  }
  if (!trunk_) return;
  const bool was_overloaded = load_.overloaded();
  const bool admitted = load_.admit(trunk_->waiting());
  trunk_->push_sound(sound.release());
  if (admitted) {
    trunk_->push_picture(picture.release());
    for (const auto& output : outputs_) output->count_frame();
  } else {
    ++shed_frames_;
  }
  if (load_.overloaded() != was_overloaded)
    program_.as_run().overload("encoder", load_.overloaded(), number,
                               {{"queued_frames", load_.waiting()}, {"left_out_frames", shed_frames_}});
}

Json Channel::status() const {
  Json status;
  bool on_air;
  {
    const std::lock_guard lock(mutex_);
    on_air = on_air_;
    status = program_.status();
    if (!on_air) status["state"] = "stopped";
    status["frame"] = clock_.frame();
    status["late_frames"] = clock_.late();
    status["skipped_frames"] = clock_.skipped() + shed_frames_;
    status["encoder"] = {{"state", load_.overloaded() ? "overloaded" : "ok"},
                         {"queued_frames", load_.waiting()},
                         {"left_out_frames", shed_frames_},
                         {"preset", settings_.preset},
                         {"video_bitrate_kbps", settings_.video_bitrate_kbps},
                         {"policy", "leaves out every second picture while too many wait, all while twice as many do"}};
  }
  status["format"] = {{"name", format_.name},         {"width", format_.width},
                      {"height", format_.height},     {"rate_num", format_.rate_num},
                      {"rate_den", format_.rate_den}, {"interlaced", format_.interlaced},
                      {"sent_as", "progressive"}};
  status["outputs"] = Json::array();
  for (const auto& output : outputs_) status["outputs"].push_back(output->status());
  const std::lock_guard lock(feeding_);
  status["encoder"]["last_error"] = encoder_fault_.empty() ? Json() : Json(encoder_fault_);
  status["preview"] = nullptr;
  if (!preview_directory_.empty()) {
    status["preview"] = {{"state", !on_air    ? "stopped"
                                   : preview_ ? "live"
                                              : "failed"},
                         {"playlist", "index.m3u8"},
                         {"last_error", preview_fault_.empty() ? Json() : Json(preview_fault_)}};
  }
  return status;
}

}  // namespace wyvern::feeder
