#include "decoder_pool.hpp"

#include <gst/video/video.h>

#include <memory>

namespace wyvern::feeder {

namespace {

struct Loan {
  BufferRef picture;
  GstMapInfo map{};
};

void end_loan(gpointer data) {
  const std::unique_ptr<Loan> loan(static_cast<Loan*>(data));
  gst_buffer_unmap(loan->picture.get(), &loan->map);
}

GstMiniObject* copy_of_pooled(const GstMiniObject* object) {
  auto* picture = const_cast<GstBuffer*>(reinterpret_cast<const GstBuffer*>(object));
  return GST_MINI_OBJECT_CAST(head_over(picture).release());
}

GstBufferPoolClass* parent_class = nullptr;

GstFlowReturn allocate(GstBufferPool* pool, GstBuffer** buffer, GstBufferPoolAcquireParams* params) {
  const GstFlowReturn result = parent_class->alloc_buffer(pool, buffer, params);
  if (result == GST_FLOW_OK) GST_MINI_OBJECT_CAST(*buffer)->copy = &copy_of_pooled;
  return result;
}

void initialise(gpointer type_class, gpointer) {
  parent_class = GST_BUFFER_POOL_CLASS(g_type_class_peek_parent(type_class));
  GST_BUFFER_POOL_CLASS(type_class)->alloc_buffer = &allocate;
}

GType pool_type() {
  static const GType type = [] {
    // Types are known to the process by name, and tests hold this code twice: linked, and in the plugin.
    constexpr const char* name = "WyvernDecoderPool";
    if (const GType known = g_type_from_name(name); known != 0) return known;
    return g_type_register_static_simple(GST_TYPE_VIDEO_BUFFER_POOL, name, sizeof(GstVideoBufferPoolClass), &initialise,
                                         sizeof(GstVideoBufferPool), nullptr, static_cast<GTypeFlags>(0));
  }();
  return type;
}

}  // namespace

BufferRef head_over(GstBuffer* picture) {
  auto loan = std::make_unique<Loan>();
  constexpr auto head_only =
      static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META);
  // Pictures in several memories would be merged by mapping: these keep the plain copy.
  if (gst_buffer_n_memory(picture) != 1 || gst_buffer_map(picture, &loan->map, GST_MAP_READ) == FALSE)
    return BufferRef::take(gst_buffer_copy_region(picture, GST_BUFFER_COPY_ALL, 0, static_cast<gsize>(-1)));
  loan->picture = BufferRef::share(picture);
  const GstMapInfo map = loan->map;
  GstBuffer* head = gst_buffer_new();
  gst_buffer_append_memory(head, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, map.data, map.size, 0, map.size,
                                                        loan.release(), &end_loan));
  gst_buffer_copy_into(head, picture, head_only, 0, static_cast<gsize>(-1));
  // Counted as part of the memory, and so left out above: where the planes lie.
  if (GstVideoMeta* planes = gst_buffer_get_video_meta(picture); planes != nullptr)
    gst_buffer_add_video_meta_full(head, planes->flags, planes->format, planes->width, planes->height, planes->n_planes,
                                   planes->offset, planes->stride);
  return BufferRef::take(head);
}

Gst<GstBufferPool> make_decoder_pool() {
  auto* pool = static_cast<GstBufferPool*>(g_object_new(pool_type(), nullptr));
  gst_object_ref_sink(pool);
  return Gst<GstBufferPool>(pool);
}

}  // namespace wyvern::feeder
