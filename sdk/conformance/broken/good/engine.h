/* A good engine: plays lists against a clock and makes no pictures; see lifecycle.h for how a broken one replaces a
 * part. Of JSON it reads what the kit writes: keys in their order, without blanks. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "wyvern/abi/engine.h"

#define KIND "engine"
#define SERVICE WYV_ENGINE_SERVICE
#define BREAKS_MADE
#define BREAKS_STOP
#define BREAKS_DESTROY
#include "good/engine_faults.h"
#include "good/lifecycle.h"

enum state { IDLE, PLAYING, PAUSED };
struct item {
  char id[64], asset[64], clip[64], path[512];
  double in, out; /* out: negative for the clip's end */
};
struct list {
  char id[64], load[64];
  int loop, count, start;
  long offset;
  struct item items[8];
};
struct engine {
  const wyv_engine_listener* listener;
  pthread_t thread;
  pthread_mutex_t lock;
  int on_air, stopping;
  long frame, first_frame; /* the next to be sent; the one that the clock began with */
  int64_t base_ns, base_us;
  enum state state;
  struct list list, pending;
  int has_item, has_pending, loaded, skip, stop;
  int index, loop_count;
  long position, length, start_frame, sent, offset;
  char* events[64]; /* told when the lock is let go */
  int event_count;
};
static struct engine* engine_of(wyv_instance* self) { return self->extra; }

static int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
static long long at_us(const struct engine* engine, long frame) {
  return AT_US(engine->base_us + (frame - engine->first_frame) * INT64_C(40000));
}
static void note(struct engine* engine, const char* format, ...) {
  va_list values;
  va_start(values, format);
  if (engine->event_count < 64 && vasprintf(&engine->events[engine->event_count], format, values) > 0)
    ++engine->event_count;
  va_end(values);
}
static void tell(struct engine* engine, char* event) {
  DELIVER(engine, event);
  LISTENER(engine)->event(LISTENER(engine)->self, (wyv_view){event, strlen(event)});
  free(event);
}
static void tell_all(struct engine* engine, char** events, int count) {
  for (int i = 0; i < count; ++i) tell(engine, events[i]);
}

/* ---- media: an mp4 that is whole, one second long ---- */

/* Why it cannot be played, or null. */
static const char* fault_of(const char* path) {
  unsigned char head[8];
  FILE* file = fopen(path, "rb");
  if (file == NULL) return "media.missing";
  fseek(file, 0, SEEK_END);
  const long size = ftell(file);
  const char* fault = size == 0 ? "media.empty" : NULL;
  for (long at = 0; fault == NULL && at < size;) {
    fseek(file, at, SEEK_SET);
    const int whole = fread(head, 1, 8, file) == 8;
    if (at == 0 && (!whole || memcmp(head + 4, "ftyp", 4) != 0)) fault = "media.unreadable";
    at += (long)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    if (fault == NULL && (!whole || at > size)) fault = "media.truncated";
  }
  fclose(file);
  return fault;
}
static wyv_status probe(wyv_instance* self, wyv_view path, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(self);
  char name[512];
  snprintf(name, sizeof name, "%.*s", (int)path.size, path.data);
  const char* fault = PROBE_FAULT(fault_of(name));
  if (fault != NULL) return fail(context, WYV_INVALID, (wyv_view){fault, strlen(fault)}, TEXT("it may not go on air"));
  out->write(out->self,
             TEXT("{\"duration_ms\":" PROBED_MS ",\"width\":320,\"height\":180,\"framerate\":25.0,\"rate_num\":25,"
                  "\"rate_den\":1," PROBED_SCAN "\"pixel_aspect\":[1,1],\"video_codec\":\"h264\","
                  "\"audio_codec\":\"aac\",\"audio_channels\":2,\"audio_rate\":48000,\"container\":\"mp4\","
                  "\"video_frames\":25}"));
  return WYV_OK;
}

/* ---- lists ---- */

static void take_text(const char* json, const char* key, char* to, size_t size) {
  const char* at = strstr(json, key);
  *to = 0;
  if (at != NULL) snprintf(to, size, "%.*s", (int)strcspn(at + strlen(key), "\""), at + strlen(key));
}
static double take_number(const char* json, const char* key, double otherwise) {
  const char* at = strstr(json, key);
  return at == NULL || strncmp(at + strlen(key), "null", 4) == 0 ? otherwise : atof(at + strlen(key));
}
static int read_list(wyv_view json, struct list* list) {
  char* text = strndup(json.data, json.size);
  memset(list, 0, sizeof *list);
  int good = is_json(json);
  for (const char* at = strstr(text, "{\"asset_id\""); at != NULL && list->count < 8;
       at = strstr(at + 1, "{\"asset_id\"")) {
    struct item* item = &list->items[list->count++];
    take_text(at, "\"id\":\"", item->id, sizeof item->id);
    take_text(at, "\"asset_id\":\"", item->asset, sizeof item->asset);
    take_text(at, "\"clip_name\":\"", item->clip, sizeof item->clip);
    take_text(at, "\"media_path\":\"", item->path, sizeof item->path);
    item->in = take_number(at, "\"in_point\":", 0);
    item->out = take_number(at, "\"out_point\":", -1);
    good = good && item->id[0] != 0 && (item->out < 0 || item->out > item->in);
  }
  take_text(text, "\"playlist_id\":\"", list->id, sizeof list->id);
  take_text(text, "\"load_id\":\"", list->load, sizeof list->load);
  list->loop = strstr(text, "\"loop\":true") != NULL;
  list->start = (int)take_number(text, "\"index\":", 0);
  list->offset = (long)(take_number(text, "\"offset_ms\":", 0) / 40);
  free(text);
  return good && list->count > 0 && list->start < list->count;
}

/* ---- what is on air; all under the lock ---- */

static void note_item(struct engine* engine, const char* type, const struct list* list, int index, const char* rest) {
  const struct item* item = &list->items[index];
  note(engine,
       "{\"type\":\"%s\",\"item_id\":\"%s\",\"asset_id\":\"%s\",\"clip_name\":\"%s\",\"playlist_id\":\"%s\","
       "\"load_id\":\"%s\",\"index\":%d,\"loop_count\":%d,%s}",
       type, item->id, item->asset, CLIP_NAME(item), list->id, list->load, index, LOOP_COUNT(engine), rest);
}
static void end_item(struct engine* engine, long frame, const char* result) {
  if (!engine->has_item) return;
  char rest[256];
  snprintf(rest, sizeof rest,
           "\"frame\":%ld,\"at_us\":%lld,\"frames_sent\":%ld,\"repeated_frames\":0,\"result\":\"%s\",\"reason\":null",
           ENDED_FRAME(engine, frame, result), at_us(engine, frame), FRAMES_SENT(engine), result);
  note_item(engine, "item_ended", &engine->list, engine->index, rest);
  engine->has_item = 0;
}
static void end_playback(struct engine* engine, long frame, const char* reason) {
  note(engine, "{\"type\":\"playback_ended\",\"frame\":%ld,\"at_us\":%lld,\"reason\":\"%s\"}", frame,
       at_us(engine, frame), reason);
  engine->state = IDLE;
  engine->skip = 0;
}
/* Begins with the first item from `index` on that can be played; false when there is none. */
static int begin(struct engine* engine, const struct list* list, int index, int loop_count, long offset) {
  for (int tries = 0; tries < list->count; ++tries, ++index, offset = 0) {
    if (index >= list->count) {
      if (!list->loop) return 0;
      index = 0;
      ++loop_count;
    }
    const struct item* item = &list->items[index];
    const char* fault = fault_of(item->path);
    char rest[256];
    if (fault != NULL) {
      snprintf(rest, sizeof rest, REASON_IS_TOLD(fault) ? "\"reason\":\"%s\"" : "\"reason\":null", fault);
      note_item(engine, "item_discarded", list, index, rest);
      continue;
    }
    const double out = item->out < 0 || item->out > 1 ? 1 : item->out;
    if (list != &engine->list) engine->list = *list;
    engine->index = index;
    engine->loop_count = loop_count;
    engine->offset = engine->position = offset;
    engine->length = (long)((out - IN_POINT(item)) * 25 + 0.5);
    engine->start_frame = engine->frame;
    engine->sent = 0;
    engine->has_item = 1;
    snprintf(rest, sizeof rest,
             "\"frame\":%ld,\"at_us\":%lld,\"planned_frame\":%ld,\"planned_us\":%lld,\"offset_frames\":%ld,"
             "\"transition\":\"cut\",\"planned_duration_frames\":%ld",
             engine->frame, at_us(engine, engine->frame), engine->frame, at_us(engine, engine->frame), offset,
             PLANNED(engine->length - offset));
    note_item(engine, "item_started", &engine->list, index, rest);
    return 1;
  }
  return 0;
}
static void advance(struct engine* engine, const char* result) {
  end_item(engine, engine->frame, result);
  if (!begin(engine, &engine->list, engine->index + 1, engine->loop_count, 0))
    end_playback(engine, engine->frame, END_REASON);
}
static void tick(struct engine* engine) {
  if (engine->stop && engine->state != IDLE) {
    end_item(engine, engine->frame, "stopped");
    end_playback(engine, engine->frame, STOP_REASON);
  }
  engine->stop = 0;
  if (engine->has_pending) {
    static const char replaced[] = REPLACED;
    const int index = engine->pending.start;
    engine->has_pending = 0;
    end_item(engine, engine->frame, replaced);
    if (begin(engine, &engine->pending, index, 0, OFFSET(engine->pending.offset)))
      engine->state = PLAYING;
    else
      WHEN_NOTHING(engine);
  }
  if (engine->skip && engine->state != IDLE && SKIPS(engine)) {
    engine->state = PLAYING;
    advance(engine, SKIPPED);
  }
  engine->skip = 0;
  if (engine->state == PLAYING && engine->has_item && engine->position >= engine->length) advance(engine, "played");
  if (engine->has_item && (engine->state == PLAYING || !HOLDS)) {
    ++engine->position;
    ++engine->sent;
  }
  ++engine->frame;
}

static void* run(void* self) {
  struct engine* engine = self;
  for (;;) {
    char* events[64];
    pthread_mutex_lock(&engine->lock);
    const int stopping = engine->stopping;
    if (!stopping) tick(engine);
    const int64_t due_ns = engine->base_ns + (engine->frame - engine->first_frame) * INT64_C(40000000);
    const int count = engine->event_count;
    memcpy(events, engine->events, sizeof events);
    engine->event_count = 0;
    pthread_mutex_unlock(&engine->lock);
    if (stopping) return NULL;
    tell_all(engine, events, count);
    const struct timespec due = {due_ns / 1000000000, due_ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
  }
}
static void leave_air(struct engine* engine) {
  if (!engine->on_air) return;
  pthread_mutex_lock(&engine->lock);
  engine->stopping = 1;
  pthread_mutex_unlock(&engine->lock);
  pthread_join(engine->thread, NULL);
  const int played = engine->state != IDLE;
  end_item(engine, engine->frame, "stopped");
  if (played) end_playback(engine, engine->frame, STOP_REASON);
  engine->on_air = engine->stopping = 0;
  const int count = engine->event_count;
  engine->event_count = 0;
  TELL_THE_REST(engine, engine->events, count);
  if (played) WHEN_OFF_AIR(engine);
}

/* ---- the table ---- */

static wyv_view name(wyv_instance* self) {
  UNUSED(self);
  const char* text = NAME;
  return (wyv_view){text, strlen(text)};
}
static wyv_status configure(wyv_instance* self, wyv_view channel, const wyv_engine_listener* listener,
                            const wyv_context* context) {
  struct engine* engine = engine_of(self);
  char* text = strndup(channel.data, channel.size);
  const int good =
      is_json(channel) && take_number(text, "\"width\":", 0) > 0 && take_number(text, "\"rate_den\":", 0) > 0;
  free(text);
  if (!CHANNEL_IS_GOOD(good)) return fail(context, WYV_INVALID, TEXT("engine.channel"), TEXT("this is no channel"));
  leave_air(engine);
  engine->listener = listener;
  WHEN_CONFIGURED(listener);
  return WYV_OK;
}
static wyv_status start_channel(wyv_instance* self, const wyv_context* context) {
  struct engine* engine = engine_of(self);
  if (engine->listener == NULL)
    return UNCONFIGURED == WYV_OK
               ? WYV_OK
               : fail(context, UNCONFIGURED, TEXT("engine.unconfigured"), TEXT("configure it first"));
  if (engine->on_air)
    return SECOND_START == WYV_OK ? WYV_OK
                                  : fail(context, SECOND_START, TEXT("engine.on_air"), TEXT("it is on air already"));
  engine->on_air = 1;
  engine->has_pending = engine->has_pending && KEEPS_LOADED;
  engine->first_frame = engine->frame = FIRST_FRAME(engine);
  engine->base_ns = now_ns(CLOCK_MONOTONIC);
  engine->base_us = now_ns(CLOCK_REALTIME) / 1000;
  note(engine, "{\"type\":\"channel_started\",\"frame\":%ld,\"at_us\":%lld}", TOLD_FRAME(engine->frame),
       at_us(engine, engine->frame));
  (void)pthread_create(&engine->thread, NULL, &run, engine);
  return WYV_OK;
}
static wyv_status stop_channel(wyv_instance* self, const wyv_context* context) {
  if (!engine_of(self)->on_air && engine_of(self)->listener != NULL && OFF_AIR != WYV_OK)
    return fail(context, OFF_AIR, TEXT("engine.off_air"), TEXT("it is not on air"));
  leave_air(engine_of(self));
  return WYV_OK;
}
static wyv_status load(wyv_instance* self, wyv_view json, const wyv_context* context) {
  struct engine* engine = engine_of(self);
  struct list list;
  const int good = read_list(json, &list);
  if (!LIST_IS_GOOD(good)) return fail(context, WYV_INVALID, TEXT("engine.json"), TEXT("this is no playlist"));
  pthread_mutex_lock(&engine->lock);
  engine->pending = list;
  engine->has_pending = engine->loaded = 1;
  pthread_mutex_unlock(&engine->lock);
  return WYV_OK;
}
static wyv_status update(wyv_instance* self, wyv_view json, const wyv_context* context) {
  struct engine* engine = engine_of(self);
  struct list list;
  if (!read_list(json, &list)) return fail(context, WYV_INVALID, TEXT("engine.json"), TEXT("this is no playlist"));
  pthread_mutex_lock(&engine->lock);
  for (int i = 0; engine->has_item && i < list.count; ++i) {
    if (strcmp(list.items[i].id, engine->list.items[engine->index].id) != 0) continue;
    engine->list = list;
    engine->index = i;
    break;
  }
  pthread_mutex_unlock(&engine->lock);
  return WYV_OK;
}
/* `to`: the state wanted, or -1 for a flag. */
static wyv_status command(wyv_instance* self, int to, int skip, int stop, const wyv_context* context) {
  struct engine* engine = engine_of(self);
  pthread_mutex_lock(&engine->lock);
  const enum state state = engine->state;
  wyv_status status = WYV_OK;
  if (state == IDLE)
    status = WHEN_IDLE;
  else if (to >= 0 && state == (enum state)to)
    status = AGAIN;
  else if (to >= 0)
    engine->state = (enum state)to;
  engine->skip |= skip;
  engine->stop |= stop;
  pthread_mutex_unlock(&engine->lock);
  return status == WYV_OK ? status : fail(context, status, TEXT("engine.idle"), TEXT("nothing plays"));
}
static wyv_status pause_it(wyv_instance* self, const wyv_context* context) {
  return command(self, PAUSED, 0, 0, context);
}
static wyv_status resume(wyv_instance* self, const wyv_context* context) {
  return command(self, PLAYING, 0, 0, context);
}
static wyv_status skip(wyv_instance* self, const wyv_context* context) { return command(self, -1, 1, 0, context); }
static wyv_status stop_playback(wyv_instance* self, const wyv_context* context) {
  return command(self, -1, 0, 1, context);
}

static wyv_status status(wyv_instance* self, const wyv_text_sink* out, const wyv_context* context) {
  UNUSED(context);
  struct engine* engine = engine_of(self);
  char item[256] = "null", text[2048];
  BEFORE_STATUS;
  pthread_mutex_lock(&engine->lock);
  static const char* const names[] = {"idle", "playing", "paused"};
  const char* state = !engine->on_air ? "stopped" : engine->state == IDLE ? IDLE_NAME(engine) : names[engine->state];
  if (engine->has_item)
    snprintf(item, sizeof item,
             "{\"id\":\"%s\",\"index\":%d,\"position_frames\":%ld,\"position_ms\":%ld,\"duration_frames\":%ld,"
             "\"state\":\"on_air\"}",
             engine->list.items[engine->index].id, engine->index, engine->position, engine->position * 40,
             engine->length);
  const int size = snprintf(
      text, sizeof text,
      "{\"state\":\"%s\",\"frame\":%ld,\"format\":{},\"playlist_id\":\"%s\",\"load_id\":\"%s\",\"loop\":%s,"
      "\"item\":%s,\"next\":null,\"rung\":\"%s\",\"reason\":null," LATE_FRAMES
      "\"repeated_frames\":0,\"skipped_frames\":0,\"decoder\":{\"state\":\"ok\"},\"encoder\":{\"state\":\"ok\"},"
      "\"outputs\":[],\"preview\":null}",
      state, engine->frame, engine->list.id, engine->list.load, engine->list.loop ? "true" : "false", item,
      engine->has_item ? "item" : "slate");
  pthread_mutex_unlock(&engine->lock);
  out->write(out->self, (wyv_view){text, (uint64_t)size});
  return WYV_OK;
}

static wyv_status made(wyv_instance* self, wyv_view config) {
  UNUSED(config);
  struct engine* engine = self->extra = calloc(1, sizeof *engine);
  if (engine == NULL) return WYV_EXHAUSTED;
  pthread_mutex_init(&engine->lock, NULL);
  return WYV_OK;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  leave_air(engine_of(self));
  engine_of(self)->listener = NULL;
  self->phase = CREATED;
  return WYV_OK;
}
static void destroy(wyv_instance* self) {
  if (self == NULL) return;
  (void)stop(self, NULL);
  free(self->extra);
  free(self);
}

static const wyv_engine_v1 table = {sizeof(wyv_engine_v1), 0,      &name,  &probe,    &configure, &start_channel,
                                    &stop_channel,         &load,  UPDATE, &pause_it, &resume,    SKIP_FUNCTION,
                                    &stop_playback,        &status};
static const void* table_of_kind(void) { return &table; }
