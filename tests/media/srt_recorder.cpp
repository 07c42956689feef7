#include "srt_recorder.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace wyvern::media {

SrtRecorder::SrtRecorder(int port, const std::string& path) {
  gst_init(nullptr, nullptr);
  g_mutex_init(&mutex_);
  g_cond_init(&changed_);
  GError* error = nullptr;
  pipeline_ = gst_parse_launch(("srtsrc uri=srt://127.0.0.1:" + std::to_string(port) +
                                "?mode=caller latency=200 ! filesink name=file sync=false location=" + path)
                                   .c_str(),
                               &error);
  if (pipeline_ == nullptr) throw std::runtime_error(error->message);
  GstElement* file = gst_bin_get_by_name(GST_BIN(pipeline_), "file");
  GstPad* pad = gst_element_get_static_pad(file, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, &SrtRecorder::count, this, nullptr);
  gst_object_unref(pad);
  gst_object_unref(file);
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
}

SrtRecorder::~SrtRecorder() {
  stop();
  g_cond_clear(&changed_);
  g_mutex_clear(&mutex_);
}

void SrtRecorder::stop() {
  if (pipeline_ == nullptr) return;
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_object_unref(pipeline_);
  pipeline_ = nullptr;
}

GstPadProbeReturn SrtRecorder::count(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& self = *static_cast<SrtRecorder*>(data);
  g_mutex_lock(&self.mutex_);
  if (self.bytes_ == 0) self.first_ = std::chrono::steady_clock::now();
  self.bytes_ += static_cast<std::int64_t>(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)));
  g_cond_broadcast(&self.changed_);
  g_mutex_unlock(&self.mutex_);
  return GST_PAD_PROBE_OK;
}

bool SrtRecorder::await_bytes(std::int64_t bytes, std::chrono::milliseconds limit) const {
  g_mutex_lock(&mutex_);
  const gint64 deadline = g_get_monotonic_time() + limit.count() * 1000;
  while (bytes_ < bytes && g_cond_wait_until(&changed_, &mutex_, deadline) != FALSE) {
  }
  const bool came = bytes_ >= bytes;
  g_mutex_unlock(&mutex_);
  return came;
}

std::chrono::steady_clock::time_point SrtRecorder::first_bytes(std::chrono::milliseconds limit) const {
  (void)await_bytes(1, limit);
  g_mutex_lock(&mutex_);
  const auto first = first_;
  g_mutex_unlock(&mutex_);
  return first;
}

std::int64_t SrtRecorder::bytes() const {
  g_mutex_lock(&mutex_);
  const auto bytes = bytes_;
  g_mutex_unlock(&mutex_);
  return bytes;
}

int free_port() {
  const int handle = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(handle, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  close(handle);
  return ntohs(address.sin_port);
}

}  // namespace wyvern::media
