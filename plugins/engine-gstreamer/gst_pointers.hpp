// Owning pointers to what GStreamer counts references of.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <utility>

namespace wyvern::feeder {

struct GstRelease {
  void operator()(GstElement* object) const { gst_object_unref(object); }
  void operator()(GstPad* object) const { gst_object_unref(object); }
  void operator()(GstBus* object) const { gst_object_unref(object); }
  void operator()(GstBufferPool* object) const { gst_object_unref(object); }
  void operator()(GstClock* object) const { gst_object_unref(object); }
  void operator()(GstBufferList* list) const { gst_buffer_list_unref(list); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GstEvent* event) const { gst_event_unref(event); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(gchar* text) const { g_free(text); }
};

template <class T>
using Gst = std::unique_ptr<T, GstRelease>;

// A picture or a piece of sound. Copies share the same buffer.
class BufferRef {
 public:
  BufferRef() = default;
  static BufferRef take(GstBuffer* owned) { return BufferRef(owned); }
  static BufferRef share(GstBuffer* borrowed) { return BufferRef(gst_buffer_ref(borrowed)); }
  BufferRef(const BufferRef& other) : buffer_(other.buffer_ == nullptr ? nullptr : gst_buffer_ref(other.buffer_)) {}
  BufferRef(BufferRef&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef() {
    if (buffer_ != nullptr) gst_buffer_unref(buffer_);
  }

  GstBuffer* get() const { return buffer_; }
  GstBuffer* release() { return std::exchange(buffer_, nullptr); }
  explicit operator bool() const { return buffer_ != nullptr; }
  bool operator==(const BufferRef& other) const { return buffer_ == other.buffer_; }

 private:
  explicit BufferRef(GstBuffer* owned) : buffer_(owned) {}
  GstBuffer* buffer_ = nullptr;
};

}  // namespace wyvern::feeder
