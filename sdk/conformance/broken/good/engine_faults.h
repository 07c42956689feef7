/* What a broken engine does otherwise; for good/engine.h. */
#ifndef AT_US
#define AT_US(us) (us)
#endif
#ifndef DELIVER
#define DELIVER(engine, event) (void)(engine)
#endif
#ifndef LISTENER
#define LISTENER(engine) ((engine)->listener)
#endif
#ifndef WHEN_CONFIGURED
#define WHEN_CONFIGURED(listener) (void)(listener)
#endif
#ifndef PROBE_FAULT
#define PROBE_FAULT(fault) (fault)
#endif
#ifndef PROBED_MS
#define PROBED_MS "1000"
#endif
#ifndef PROBED_SCAN
#define PROBED_SCAN "\"scan\":\"progressive\","
#endif
#ifndef CLIP_NAME
#define CLIP_NAME(item) ((item)->clip)
#endif
#ifndef LOOP_COUNT
#define LOOP_COUNT(engine) ((engine)->loop_count)
#endif
#ifndef ENDED_FRAME
#define ENDED_FRAME(engine, frame, result) ((void)(result), (frame))
#endif
#ifndef FRAMES_SENT
#define FRAMES_SENT(engine) ((engine)->sent)
#endif
#ifndef REASON_IS_TOLD
#define REASON_IS_TOLD(fault) ((fault) != NULL)
#endif
#ifndef IN_POINT
#define IN_POINT(item) ((item)->in)
#endif
#ifndef PLANNED
#define PLANNED(frames) (frames)
#endif
#ifndef OFFSET
#define OFFSET(frames) (frames)
#endif
#ifndef END_REASON
#define END_REASON "end"
#endif
#ifndef STOP_REASON
#define STOP_REASON "stopped"
#endif
#ifndef REPLACED
#define REPLACED "replaced"
#endif
#ifndef SKIPPED
#define SKIPPED "skipped"
#endif
#ifndef SKIPS
#define SKIPS(engine) 1
#endif
#ifndef WHEN_NOTHING
#define WHEN_NOTHING(engine) ((engine)->state = IDLE)
#endif
#ifndef HOLDS
#define HOLDS 1
#endif
#ifndef TELL_THE_REST
#define TELL_THE_REST(engine, events, count) tell_all(engine, events, count)
#endif
#ifndef WHEN_OFF_AIR
#define WHEN_OFF_AIR(engine) (void)(engine)
#endif
#ifndef NAME
#define NAME "kit"
#endif
#ifndef CHANNEL_IS_GOOD
#define CHANNEL_IS_GOOD(good) (good)
#endif
#ifndef LIST_IS_GOOD
#define LIST_IS_GOOD(good) (good)
#endif
#ifndef UNCONFIGURED
#define UNCONFIGURED WYV_WRONG_STATE
#endif
#ifndef SECOND_START
#define SECOND_START WYV_WRONG_STATE
#endif
#ifndef OFF_AIR
#define OFF_AIR WYV_OK
#endif
#ifndef KEEPS_LOADED
#define KEEPS_LOADED 1
#endif
#ifndef FIRST_FRAME
#define FIRST_FRAME(engine) ((engine)->frame)
#endif
#ifndef TOLD_FRAME
#define TOLD_FRAME(frame) (frame)
#endif
#ifndef WHEN_IDLE
#define WHEN_IDLE WYV_WRONG_STATE
#endif
#ifndef AGAIN
#define AGAIN WYV_OK
#endif
#ifndef BEFORE_STATUS
#define BEFORE_STATUS (void)0
#endif
#ifndef IDLE_NAME
#define IDLE_NAME(engine) ((void)(engine), "idle")
#endif
#ifndef LATE_FRAMES
#define LATE_FRAMES "\"late_frames\":0,"
#endif
#ifndef UPDATE
#define UPDATE &update
#endif
#ifndef SKIP_FUNCTION
#define SKIP_FUNCTION &skip
#endif
