/* wyvern.engine/1: puts pictures on air, inside a worker process. One instance plays one channel.
 *
 * Channel, as JSON (see `configure`):
 *   {"channel_id":"…","format":{"name":"1080p5994","width":1920,"height":1080,"rate_num":60000,"rate_den":1001,
 *                               "interlaced":false},
 *    "audio":{"channels":2},
 *    "outputs":[{"id":"main","rendered":{…what wyvern.output/1 rendered…}}],
 *    "preview":{"directory":"…"}                      absent: no preview
 *    "filler":"path or absent"}                       a clip that loops when nothing else can be shown
 *
 * Playlist, as JSON (see `load`):
 *   {"playlist_id":"…","loop":true,
 *    "items":[{"id":"…","asset_id":"…","clip_name":"…","media_path":"…",
 *              "in_point":0.0,"out_point":null,        seconds of the clip, null for its ends; 0 is not null
 *              "transition":"cut|mix","transition_ms":0, how this item comes in
 *              "duration_ms":4000}],                   of the whole clip, from probing; null when unknown
 *    "start":{"index":0,"offset_ms":0},               absent: from the top
 *    "load_id":"…"}                                    comes back in the events
 *
 * Status, as JSON (see `status`):
 *   {"state":"stopped|idle|playing|paused","frame":1234,          frames sent since the channel started
 *    "format":{…},"playlist_id":…,"load_id":…,"loop":…,
 *    "item":{"id","index","position_frames","position_ms","duration_frames"(null: unknown),"state":"on_air"}|null,
 *    "next":{"id","index","ready":true,"error":null}|null,
 *    "rung":"item|next|filler|slate","reason":null,
 *    "late_frames":0,"repeated_frames":0,"skipped_frames":0,       late: ticks served after their time was up
 *    "decoder":{"state":"ok|slow","lag_frames":0,"policy":"…"},
 *    "encoder":{"state":"ok|overloaded","queued_frames":0,"policy":"…"},
 *    "outputs":[{"id","state":"waiting|live|failed","bytes":0,"frames":0,"clients":0,"restarts":0,"last_error":null,"address":…}],
 *    "preview":{"state":…,"playlist":"index.m3u8"}|null}
 *
 * Events, as JSON, one object each, in the order in which they happened:
 *   {"type":"channel_started","frame":0,"at_us":…}
 *   {"type":"item_started","item_id","asset_id","clip_name","playlist_id","load_id","index","loop_count",
 *    "frame":F,"at_us":…,"planned_frame":P,"planned_us":…,"offset_frames":0,"transition":"cut","planned_duration_frames":100|null}
 *   {"type":"item_ended", …the same identification…, "frame":F,"at_us":…,"frames_sent":100,"repeated_frames":0,
 *    "result":"played|skipped|stopped|failed|replaced","reason":null}
 *   {"type":"item_discarded", …identification…, "reason":"…"}       failed while it was prepared; never on air
 *   {"type":"step_down","rung":"filler","reason":"…","frame","at_us"}   {"type":"step_up",…}
 *   {"type":"output_changed","output":"main","state":"live","reason":…,"at_us"}
 *   {"type":"playback_ended","frame","at_us","reason":"end|stopped"}
 *   {"type":"overload","part":"encoder|decoder","state":"overloaded|ok","detail":{…},"at_us"}
 * item_ended carries the first frame without the item, so that it is the item_started of the next one at a cut. After a
 * stall frame numbers leap (status: skipped_frames), so that they stay true to the clock; frames_sent counts pictures.
 * at_us is the wall clock, microseconds since 1970 UTC, of the moment at which the frame with that number was due;
 * frame counts the frames of the channel from 0 and never goes back while the instance lives, unless it is configured
 * anew: that is another channel.
 */
#ifndef WYVERN_ABI_ENGINE_H
#define WYVERN_ABI_ENGINE_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WYV_ENGINE_SERVICE "wyvern.engine/1"

/* [caller & started] One event, from a thread of the engine, in order, never two at once. It must be taken quickly;
 * it may not call the engine back. */
typedef struct wyv_engine_listener {
  void* self;
  void (*event)(void* self, wyv_view event_json);
} wyv_engine_listener;

typedef struct wyv_engine_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any & created] The name that outputs render for: "gstreamer". */
  wyv_view (*name)(wyv_instance* engine);
  /* [any & started] Reads a media file as it would be played, and decodes its beginning and its end:
   *   {"duration_ms","width","height","framerate","rate_num","rate_den","scan":"progressive|interlaced|mixed",
   *    "pixel_aspect":[1,1],"video_codec","audio_codec","audio_channels","audio_rate","container","video_frames"}
   * Fields that the file does not have are null. duration_ms is that of the picture. WYV_INVALID with code
   * "media.unreadable", "media.empty", "media.truncated" or "media.no_picture" for a file that may not go on air.
   * Crashing is allowed: the host calls this in a child process. */
  wyv_status (*probe)(wyv_instance* engine, wyv_view path, const wyv_text_sink* out, const wyv_context* context);
  /* [one & started] Takes the channel's description and a listener that stays until stop. Before it, start_channel
   * answers WYV_WRONG_STATE, and all below may, but for stop_channel. */
  wyv_status (*configure)(wyv_instance* engine, wyv_view channel_json, const wyv_engine_listener* listener,
                          const wyv_context* context);
  /* [one & started] Goes on air: slate first, or the playlist if one was loaded. WYV_WRONG_STATE when it is. */
  wyv_status (*start_channel)(wyv_instance* engine, const wyv_context* context);
  /* [one & started] Leaves the air; the events of the end have come when it returns. Idempotent. */
  wyv_status (*stop_channel)(wyv_instance* engine, const wyv_context* context);
  /* [any & started] Plays this list from its start, replacing what was on air as soon as the first item is ready. */
  wyv_status (*load)(wyv_instance* engine, wyv_view playlist_json, const wyv_context* context);
  /* [any & started] Replaces the list around the item that is on air, which stays; items are matched by id. */
  wyv_status (*update)(wyv_instance* engine, wyv_view playlist_json, const wyv_context* context);
  /* [any & started] Each answers WYV_WRONG_STATE when nothing plays; pause of the paused and resume of the playing
   * are WYV_OK. skip cuts to the next item on the next tick; at the end of a list without loop it stops playback.
   * stop_playback goes to the slate; the channel stays on air. */
  wyv_status (*pause)(wyv_instance* engine, const wyv_context* context);
  wyv_status (*resume)(wyv_instance* engine, const wyv_context* context);
  wyv_status (*skip)(wyv_instance* engine, const wyv_context* context);
  wyv_status (*stop_playback)(wyv_instance* engine, const wyv_context* context);
  /* [any & started] The status above. Never waits for the outside. */
  wyv_status (*status)(wyv_instance* engine, const wyv_text_sink* out, const wyv_context* context);
} wyv_engine_v1;

#ifdef __cplusplus
}
#endif

#endif
