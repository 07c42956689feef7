/* What the host offers to a plugin. Reached by name through `query`, never as undefined symbols. */
#ifndef WYVERN_ABI_HOST_H
#define WYVERN_ABI_HOST_H

#include "wyvern/abi/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Owner: the host; valid from create to the return of destroy. */
typedef struct wyv_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void* self;
  /* [any & created] A service table by name ("wyvern.host.log/1"), or null when the host has none of that name.
   * The table lives as long as this wyv_host. Every function of it takes `self` of this struct first. */
  const void* (*query)(void* self, wyv_view service);
} wyv_host;

/* ---- wyvern.host.log/1 ---- */

enum wyv_log_level { WYV_LOG_TRACE = 0, WYV_LOG_DEBUG = 1, WYV_LOG_INFO = 2, WYV_LOG_WARNING = 3, WYV_LOG_ERROR = 4 };

typedef struct wyv_host_log_v1 {
  uint32_t struct_size;
  /* [any & created] One structured line. `fields_json` is a JSON object or empty. Never blocks on the disk. */
  void (*write)(void* self, int32_t level, wyv_view message, wyv_view correlation, wyv_view fields_json);
} wyv_host_log_v1;

/* ---- wyvern.host.metrics/1 ---- */

enum wyv_metric_type { WYV_METRIC_COUNTER = 0, WYV_METRIC_GAUGE = 1 };

typedef struct wyv_host_metrics_v1 {
  uint32_t struct_size;
  /* [any & created] Sets a metric that the manifest declares. A counter only rises.
   * `labels_json` is a flat JSON object of strings, or empty. WYV_NOT_FOUND for an undeclared name. */
  wyv_status (*set)(void* self, int32_t type, wyv_view name, wyv_view labels_json, double value);
} wyv_host_metrics_v1;

/* ---- wyvern.host.operations/1: for surfaces ---- */

/* Who calls, as the surface saw it. The kernel, not the surface, decides who that is and what they may do. */
typedef struct wyv_caller {
  uint32_t struct_size;
  uint32_t by_cookie;      /* 1 when `credential` came from a cookie */
  wyv_view credential;     /* bearer token or session cookie value; empty for none */
  wyv_view requested_with; /* the X-Requested-With header; empty for none */
  wyv_view remote_address; /* "127.0.0.1:50412"; for logs and the audit */
  wyv_view traceparent;    /* W3C trace context; empty for none */
  uint32_t over_tls;       /* 1 when TLS carried the call to the surface. Absent (struct_size) or 0: not, or unknown */
  uint32_t reserved;
} wyv_caller;

typedef struct wyv_field {
  wyv_view name;
  wyv_view value; /* text; the kernel turns it into the type that the operation's schema says */
} wyv_field;

typedef struct wyv_call_request {
  uint32_t struct_size;
  uint32_t field_count;
  wyv_view operation;      /* "playout.channels.start" */
  wyv_view body;           /* JSON object, or empty */
  const wyv_field* fields; /* from the path and the query; a field of the same name in the body is refused */
  const wyv_caller* caller;
  const wyv_field* headers; /* such as Idempotency-Key, If-Match, Range, Last-Event-ID; names in lower case.
                               Of Cookie only wyvern_login, as "wyvern_login=VALUE": a login under way elsewhere.
                               x-request-id is always there: it names the request in log lines and to the reader */
  uint32_t header_count;
  uint32_t reserved;
} wyv_call_request;

/* Receives the answer. [one & open] The calls come in the order head, body*, end.
 * Owner: the surface, which keeps it valid until `end`, whatever happens; `end` is always called exactly once. */
typedef struct wyv_reply_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* self;
  /* status is an HTTP status; content_type such as "application/json"; headers are further ones, such as Allow.
   * length is the body's size in bytes, or UINT64_MAX for a stream that ends when it ends. */
  void (*head)(void* self, int32_t status, wyv_view content_type, const wyv_field* headers, uint32_t header_count,
               uint64_t length);
  /* Returns the bytes that wait to be sent after this one (the sender may give up on a slow reader),
   * or UINT64_MAX when the reader has left: send nothing more and end. Empty bytes only ask. */
  uint64_t (*body)(void* self, wyv_view bytes);
  void (*end)(void* self);
  /* Back-pressure. Once `body` has returned more than so many bytes, the sender pauses until `drained`; one that goes
   * on regardless loses its reader. Absent (struct_size) or 0: the surface never calls `drained`. */
  uint64_t pause_above;
} wyv_reply_sink;

typedef struct wyv_pending wyv_pending; /* a call under way; the host's */

typedef struct wyv_host_operations_v1 {
  uint32_t struct_size;
  /* [any & started] Every operation as a JSON array, in the order of registration:
   * [{"name","summary","method","path","tag","permission","idempotent","conditional","reply":"json|text|stream|file",
   *   "success":200,"request":{schema},"response":{schema},"body_limit_bytes":65536}]
   * A path has its parameters in braces: "/playout/channels/{id}/start". The table is complete before
   * surfaces are started and does not change after. */
  wyv_status (*list)(void* self, const wyv_text_sink* out, const wyv_context* context);
  /* [any & started] Begins a call; the answer comes to `reply`, possibly before this returns and on this thread.
   * Errors of every kind come as an answer too. When *pending is not null, the surface must hand it to `release`
   * after `end`; until then it may `cancel`. */
  void (*call)(void* self, const wyv_call_request* request, const wyv_reply_sink* reply, wyv_pending** pending);
  /* [any & started] The reader has left. `end` still comes. Idempotent. */
  void (*cancel)(void* self, wyv_pending* pending);
  /* [any & started] Once per pending call, after its `end` was called; the host's own call of `end` may not have
   * returned yet when the answer comes from another thread. */
  void (*release)(void* self, wyv_pending* pending);
  /* [any & started] Between `call` and `release`: after `body` had returned more than the sink's `pause_above`, so few
   * bytes wait that the sender may go on. May come once too often; a reader that leaves is told by `cancel` instead. */
  void (*drained)(void* self, wyv_pending* pending);
} wyv_host_operations_v1;

#ifdef __cplusplus
}
#endif

#endif
