// The part of ItemPipeline that runs while it decodes: choosing pictures, taking sound, waiting, failing.
#include <gst/audio/audio.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "item_pipeline.hpp"

namespace wyvern::feeder {

namespace {
constexpr auto glance = std::chrono::milliseconds(20);
}

void ItemPipeline::wait_async(const char* what) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(prepare_timeout_ns_);
  std::unique_lock lock(mutex_);
  while (!async_done_ || !pads_complete_) {  // without all pads its sound could be missed
    if (!fault_.empty()) throw std::runtime_error(fault_);
    if (cancelled_) throw std::runtime_error("not needed any more");
    if (pads_complete_ && picture_sink_ == nullptr) throw std::runtime_error("the file has no picture");
    if (pictures_.ended()) throw std::runtime_error("the file has no picture that can be decoded");
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error(std::string(what) + " took too long");
    changed_.wait_for(lock, glance);
  }
}

// True once index 0 can be shown and heard; false when the seek landed behind the in point.
bool ItemPipeline::wait_first_frame(bool may_seek_again) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(prepare_timeout_ns_);
  auto patience = std::chrono::steady_clock::time_point::max();
  for (;;) {
    if (cancelled_) throw std::runtime_error("not needed any more");
    if (const std::string reason = fault(); !reason.empty()) throw std::runtime_error(reason);
    if (pictures_.ended() && pictures_.length().value_or(0) <= 0)
      throw std::runtime_error("the file has no picture at or after the in point");
    if (pictures_.ready()) {
      if (pictures_.first_index() > 0 && clip_.in_ns > 0 && may_seek_again) return false;
      if (samples_.ready()) return true;
      // Sound that begins late, or is interleaved far behind, must not hold up the picture.
      const auto now = std::chrono::steady_clock::now();
      if (!pictures_.full() && !pictures_.ended())
        patience = std::chrono::steady_clock::time_point::max();
      else if (patience == std::chrono::steady_clock::time_point::max())
        patience = now + 15 * glance;
      else if (now > patience)
        return true;
    }
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the first picture took too long");
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, glance);
  }
}

ItemPipeline::Verdict ItemPipeline::judge(const GstSegment& segment, GstBuffer* buffer) {
  const auto time = media_time(segment, buffer, time_base_);
  if (!time) return Verdict::drop;
  const std::int64_t since_in = since_in_point(*time);
  note_end(since_in, buffer);
  const std::int64_t index = house_index(format_, since_in);
  if (const auto limit = pictures_.length(); limit && index >= *limit) return Verdict::finished;
  // The newest picture before the in point may still be on when the item begins.
  if (index < 0) return since_in < -second_ns ? Verdict::drop : Verdict::pass;
  if (index == last_index_ || index < hurry_to_) return Verdict::drop;
  last_index_ = index;
  return Verdict::pass;
}

void ItemPipeline::note_end(std::int64_t since_in_ns, const GstBuffer* buffer) {
  std::int64_t duration = source_frame_ns_;
  if (GST_BUFFER_DURATION_IS_VALID(buffer)) duration = static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer));
  if (duration <= 0) duration = format_.time_ns(1);
  picture_end_ns_ = std::max(picture_end_ns_, since_in_ns + duration);
}

GstFlowReturn ItemPipeline::take_picture(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const auto time = media_time(*gst_sample_get_segment(sample), buffer, time_base_);
  if (buffer == nullptr || !time) return GST_FLOW_OK;
  const std::int64_t since_in = since_in_point(*time);
  note_end(since_in, buffer);
  const bool taken = pictures_.push(house_index(format_, since_in), BufferRef::share(buffer));
  changed_.notify_all();
  return taken ? GST_FLOW_OK : GST_FLOW_EOS;
}

void ItemPipeline::picture_ended() {
  pictures_.end(picture_end_ns_ <= 0 ? 0 : std::max<std::int64_t>(1, format_.nearest_frames(picture_end_ns_)));
  changed_.notify_all();
}

GstFlowReturn ItemPipeline::take_sound(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const auto time = media_time(*gst_sample_get_segment(sample), buffer, time_base_);
  GstMapInfo map;
  if (buffer == nullptr || !time || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return GST_FLOW_OK;
  const auto count = static_cast<std::int64_t>(map.size / sizeof(float)) / format_.channels;
  const std::int64_t position = scale(2 * since_in_point(*time) + second_ns / sample_rate, sample_rate, 2 * second_ns);
  const auto length = pictures_.length();
  if (length && position > format_.sample(*length) + sample_rate) {  // never heard
    gst_buffer_unmap(buffer, &map);
    return GST_FLOW_EOS;
  }
  const bool taken = samples_.push(position, reinterpret_cast<const float*>(map.data), count);
  gst_buffer_unmap(buffer, &map);
  changed_.notify_all();
  return taken ? GST_FLOW_OK : GST_FLOW_EOS;
}

void ItemPipeline::on_message(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ASYNC_DONE) {
    {
      const std::lock_guard lock(mutex_);
      async_done_ = true;
    }
    changed_.notify_all();
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    const Gst<GError> held(error);
    fail(error->message);
  }
}

void ItemPipeline::fail(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (fault_.empty()) fault_ = reason;
    if (state_ == State::preparing) state_ = State::failed;
  }
  changed_.notify_all();
}

void ItemPipeline::cancel() {
  cancelled_ = true;
  pictures_.close();
  samples_.close();
  changed_.notify_all();
}

ItemSource::State ItemPipeline::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string ItemPipeline::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

Look ItemPipeline::picture(std::int64_t index) {
  Look look = pictures_.look(index);
  if (look.kind != Look::Kind::late) return look;
  // A picture that starves may be behind sound that found no room; and after a fault nothing will come.
  samples_.relieve();
  if (!fault().empty()) return {Look::Kind::ended, {}, 0};
  return look;
}

void ItemPipeline::sound(float* out, std::int64_t samples) { samples_.take(out, samples); }

std::optional<std::int64_t> ItemPipeline::length() const { return pictures_.length(); }

void ItemPipeline::hurry(std::int64_t index) { hurry_to_ = index; }

}  // namespace wyvern::feeder
