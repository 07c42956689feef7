// Receives a stream over SRT, as any receiver would, and writes it to a file.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace wyvern::media {

class SrtRecorder {
 public:
  SrtRecorder(int port, const std::string& path);
  ~SrtRecorder();
  SrtRecorder(const SrtRecorder&) = delete;
  SrtRecorder& operator=(const SrtRecorder&) = delete;

  void stop();
  // When the first bytes came; none within the time: time_point::max().
  std::chrono::steady_clock::time_point first_bytes(std::chrono::milliseconds limit) const;
  std::int64_t bytes() const;
  // Waits until so many bytes came in all; false when they did not in time.
  bool await_bytes(std::int64_t bytes, std::chrono::milliseconds limit) const;

 private:
  static GstPadProbeReturn count(GstPad*, GstPadProbeInfo* info, gpointer self);

  GstElement* pipeline_ = nullptr;
  mutable std::int64_t bytes_ = 0;
  std::chrono::steady_clock::time_point first_ = std::chrono::steady_clock::time_point::max();
  mutable GMutex mutex_;
  mutable GCond changed_;
};

// A port on which nobody listens now.
int free_port();

}  // namespace wyvern::media
