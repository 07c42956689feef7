/* A good surface: HTTP/1.1 over TCP, one request a connection, one thread with poll; see lifecycle.h for how a broken
 * one replaces a part. Its routes are those of the kit and stand here; a real surface reads them from `list`. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wyvern/abi/surface.h"

#define KIND "surface"
#define SERVICE WYV_SURFACE_SERVICE
#define BREAKS_PREPARE
#define BREAKS_START
#define BREAKS_DRAIN
#define BREAKS_STOP
#include "good/lifecycle.h"

/* What a broken one does otherwise. */
#ifndef ADDRESS_FORMAT
#define ADDRESS_FORMAT "{\"url\":\"http://127.0.0.1:%d/api\"}"
#endif
#ifndef TOLD_PORT
#define TOLD_PORT(server) ((server)->port)
#endif
#ifndef LISTENS_ON
#define LISTENS_ON INADDR_LOOPBACK
#endif
#ifndef LISTENS
#define LISTENS(self) 1
#endif
#ifndef CLOSE_LISTENER
#define CLOSE_LISTENER(server) close((server)->listener)
#endif
#ifndef OPEN_LISTENER
#define OPEN_LISTENER() -1
#endif
#ifndef MOST_CONNECTIONS
#define MOST_CONNECTIONS 256
#endif
#ifndef WHEN_MALFORMED
#define WHEN_MALFORMED(server) UNUSED(server)
#endif
#ifndef WHEN_CUT_OFF
#define WHEN_CUT_OFF(connection) UNUSED(connection)
#endif
#ifndef MAY_READ
#define MAY_READ(server, connection) 1
#endif
#ifndef CLOSE_CONNECTION
#define CLOSE_CONNECTION(connection) close((connection)->socket)
#endif
#ifndef CONTENT_TYPE
#define CONTENT_TYPE(type) (type)
#endif
#ifndef STATUS
#define STATUS(status) (status)
#endif
#ifndef BODY_BYTES
#define BODY_BYTES(bytes) (bytes)
#endif
#ifndef HOLDS_BACK
#define HOLDS_BACK(connection) 0
#endif
#ifndef DECODES
#define DECODES 1
#endif
#ifndef BODY
#define BODY(body) (body)
#endif
#ifndef CREDENTIAL
#define CREDENTIAL(credential) (credential)
#endif
#ifndef LOG_OF_A_REQUEST
#define LOG_OF_A_REQUEST(request) TEXT("a request")
#endif
#ifndef REQUEST_NUMBER
#define REQUEST_NUMBER(server) (++(server)->requests)
#endif
#ifndef UNKNOWN_PATH
#define UNKNOWN_PATH 404
#endif
#ifndef WRONG_METHOD
#define WRONG_METHOD 405
#endif
#ifndef BODY_LIMIT
#define BODY_LIMIT 4096
#endif
#ifndef HEADER_LIMIT
#define HEADER_LIMIT 8192
#endif
#ifndef CANCELS_WHEN_LEFT
#define CANCELS_WHEN_LEFT 1
#endif
#ifndef WHEN_DRAINED
#define WHEN_DRAINED(connection) UNUSED(connection)
#endif
#ifndef DRAINS
#define DRAINS 1
#endif
#ifndef ENDS_CALLS
#define ENDS_CALLS 1
#endif
#ifndef RELEASES
#define RELEASES(connection) 1
#endif
#ifndef RELEASES_WHEN_LEFT
#define RELEASES_WHEN_LEFT(connection) 0
#endif

struct connection {
  int socket;
  struct server* server;
  char* in; /* ends with a NUL */
  size_t in_size;
  char* out; /* from here on: under the server's lock, since answers come from any thread */
  size_t out_size, out_sent;
  int calling, ended;
  int answered, left; /* nothing more is read; the reader has gone */
  wyv_pending* pending;
  wyv_reply_sink sink;
};
struct server {
  wyv_instance* self;
  int listener, wake[2], port;
  pthread_t thread;
  pthread_mutex_t lock;
  int running, stopping, draining, deaf;
  unsigned requests;
  size_t abandoned;
  struct connection* connections[MOST_CONNECTIONS];
};

static void wake(struct server* server) { (void)!write(server->wake[1], "w", 1); }

static void append(struct connection* connection, const char* data, size_t size) {
  connection->out = realloc(connection->out, connection->out_size + size + 1);
  memcpy(connection->out + connection->out_size, data, size);
  connection->out_size += size;
}
static void head(void* self, int32_t status, wyv_view type, const wyv_field* headers, uint32_t count, uint64_t length) {
  UNUSED(headers);
  UNUSED(count);
  struct connection* connection = self;
  char text[256];
  int size = snprintf(text, sizeof text, "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Type: %.*s\r\n",
                      (int)STATUS(status), (int)type.size, CONTENT_TYPE(type.data));
  if (length != UINT64_MAX)
    size += snprintf(text + size, sizeof text - (size_t)size, "Content-Length: %llu\r\n",
                     (unsigned long long)BODY_BYTES(length));
  pthread_mutex_lock(&connection->server->lock);
  append(connection, text, (size_t)size);
  append(connection, "\r\n", 2);
  pthread_mutex_unlock(&connection->server->lock);
}
static uint64_t body(void* self, wyv_view bytes) {
  struct connection* connection = self;
  pthread_mutex_lock(&connection->server->lock);
  if (bytes.size > 0) append(connection, bytes.data, BODY_BYTES(bytes.size));
  const uint64_t waiting = connection->left ? UINT64_MAX : connection->out_size - connection->out_sent;
  pthread_mutex_unlock(&connection->server->lock);
  wake(connection->server);
  return waiting;
}
static void end(void* self) {
  struct server* server = ((struct connection*)self)->server;
  pthread_mutex_lock(&server->lock);
  ((struct connection*)self)->ended = 1;
  wake(server); /* under the lock: the server may be gone as soon as it is let go */
  pthread_mutex_unlock(&server->lock);
}

static const wyv_host_operations_v1* operations(const struct server* server) {
  return host_table(server->self, TEXT("wyvern.host.operations/1"));
}
static void refuse(struct connection* connection, int status) {
  static const char text[] = "{\"error\":\"refused\",\"code\":\"http.refused\"}";
  head(connection, status, TEXT("application/json"), NULL, 0, sizeof text - 1);
  (void)body(connection, (wyv_view){text, sizeof text - 1});
  connection->answered = 1;
}

static wyv_view decoded(char* text) {
  char* to = text;
  for (const char* from = text; *from != 0; ++from) {
    unsigned byte = 0;
    if (DECODES && *from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
      *to++ = (char)byte;
      from += 2;
    } else {
      *to++ = *from;
    }
  }
  return (wyv_view){text, (uint64_t)(to - text)};
}

static const struct {
  const char *method, *path, *operation;
} routes[] = {{"GET", "/api/kit/alive", "kit.alive.get"},   {"GET", "/api/kit/things/", "kit.things.get"},
              {"POST", "/api/kit/echo", "kit.echo.create"}, {"GET", "/api/kit/refusal", "kit.refusal.get"},
              {"GET", "/api/kit/wait", "kit.wait.get"},     {"GET", "/api/kit/stream", "kit.stream.get"}};

/* A whole request, its headers cut from its body by a NUL. */
static void carry(struct connection* connection, char* headers, char* content, size_t content_size) {
  struct server* server = connection->server;
  char method[16], path[512];
  if (sscanf(headers, "%15s %511s", method, path) != 2) return refuse(connection, 400);
  char* query = strchr(path, '?');
  if (query != NULL) *query++ = 0;
  size_t route = 0;
  const size_t count = sizeof routes / sizeof routes[0];
  while (route < count) {
    const size_t length = strlen(routes[route].path);
    const int prefix = routes[route].path[length - 1] == '/';
    if (prefix ? strncmp(path, routes[route].path, length) == 0 : strcmp(path, routes[route].path) == 0) break;
    ++route;
  }
  if (route == count) return refuse(connection, UNKNOWN_PATH);
  if (strcmp(routes[route].method, method) != 0) return refuse(connection, WRONG_METHOD);

  wyv_field fields[2];
  uint32_t field_count = 0;
  const size_t length = strlen(routes[route].path);
  if (routes[route].path[length - 1] == '/') fields[field_count++] = (wyv_field){TEXT("id"), decoded(path + length)};
  char* equals = query != NULL ? strchr(query, '=') : NULL;
  if (equals != NULL) {
    *equals = 0;
    fields[field_count++] = (wyv_field){{query, strlen(query)}, decoded(equals + 1)};
  }
  char* bearer = strcasestr(headers, "\r\nauthorization: bearer ");
  wyv_view credential = TEXT("");
  if (bearer != NULL) credential = (wyv_view){bearer + 24, strcspn(bearer + 24, "\r")};
  say(server->self, WYV_LOG_INFO, LOG_OF_A_REQUEST(headers), TEXT(""));
  char number[32];
  snprintf(number, sizeof number, "r%u", REQUEST_NUMBER(server));
  const wyv_field id = {TEXT("x-request-id"), {number, strlen(number)}};
  const wyv_caller caller = {
      sizeof(wyv_caller), 0, CREDENTIAL(credential), TEXT(""), TEXT("127.0.0.1:1"), TEXT(""), 0, 0};
  const wyv_call_request request = {sizeof(wyv_call_request),
                                    field_count,
                                    {routes[route].operation, strlen(routes[route].operation)},
                                    BODY(((wyv_view){content, content_size})),
                                    fields,
                                    &caller,
                                    &id,
                                    1,
                                    0};
  connection->sink = (wyv_reply_sink){sizeof(wyv_reply_sink), 0, connection, &head, &body, &end, 0};
  connection->answered = connection->calling = 1;
  operations(server)->call(server->self->host->self, &request, &connection->sink, &connection->pending);
}

/* Takes what has come; a request is answered once it is whole. */
static void take(struct connection* connection) {
  struct server* server = connection->server;
  char* blank = memmem(connection->in, connection->in_size, "\r\n\r\n", 4);
  if (blank == NULL) {
    if (connection->in_size > HEADER_LIMIT) refuse(connection, 431);
    return;
  }
  if (memchr(connection->in, 0, (size_t)(blank - connection->in)) != NULL ||
      strstr(connection->in, " HTTP/1.") == NULL) {
    WHEN_MALFORMED(server);
    return refuse(connection, 400);
  }
  const char* field = strcasestr(connection->in, "\r\ncontent-length: ");
  const size_t length = field != NULL && field < blank ? strtoul(field + 18, NULL, 10) : 0;
  if (length > BODY_LIMIT) return refuse(connection, 413);
  const size_t come = connection->in_size - (size_t)(blank + 4 - connection->in);
  if (come < length) return;
  blank[2] = 0; /* behind the last header's end */
  carry(connection, connection->in, blank + 4, length);
}

static void read_from(struct connection* connection) {
  char piece[4096];
  const ssize_t count = recv(connection->socket, piece, sizeof piece, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    if (!connection->answered && connection->in_size > 0) WHEN_CUT_OFF(connection);
    pthread_mutex_lock(&connection->server->lock);
    connection->left = 1;
    pthread_mutex_unlock(&connection->server->lock);
    return;
  }
  if (connection->answered) return; /* it may go on talking */
  connection->in = realloc(connection->in, connection->in_size + (size_t)count + 1);
  memcpy(connection->in + connection->in_size, piece, (size_t)count);
  connection->in_size += (size_t)count;
  connection->in[connection->in_size] = 0;
  take(connection);
}

/* Sends what waits; true when the connection is at its end. */
static int serve(struct connection* connection) {
  struct server* server = connection->server;
  if (connection->left && connection->pending != NULL && RELEASES_WHEN_LEFT(connection)) {
    operations(server)->release(server->self->host->self, connection->pending);
    connection->pending = NULL;
  }
  if (connection->left && connection->pending != NULL && CANCELS_WHEN_LEFT)
    operations(server)->cancel(server->self->host->self, connection->pending);
  pthread_mutex_lock(&server->lock);
  const int open = connection->calling && !connection->ended;
  const size_t waiting = connection->out_size - connection->out_sent;
  if (waiting > 0 && !connection->left && !(open && HOLDS_BACK(connection))) {
    const ssize_t count = send(connection->socket, connection->out + connection->out_sent, waiting, MSG_NOSIGNAL);
    if (count > 0) connection->out_sent += (size_t)count;
    if (count < 0) connection->left = 1;
    if (connection->out_sent == connection->out_size && !open) shutdown(connection->socket, SHUT_WR);
  }
  pthread_mutex_unlock(&server->lock);
  if (open) return 0;
  if (connection->pending != NULL && RELEASES(connection))
    operations(server)->release(server->self->host->self, connection->pending);
  connection->pending = NULL;
  return connection->left;
}

static void forget(struct connection** place) {
  CLOSE_CONNECTION(*place);
  free((*place)->in);
  free((*place)->out);
  free(*place);
  *place = NULL;
}

static void take_connection(struct server* server) {
  const int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
  if (socket < 0) return;
  for (size_t i = 0; i < MOST_CONNECTIONS; ++i) {
    if (server->connections[i] != NULL) continue;
    struct connection* connection = server->connections[i] = calloc(1, sizeof *connection);
    connection->socket = socket;
    connection->server = server;
    return;
  }
  close(socket);
}

static void* run(void* self) {
  struct server* server = self;
  for (;;) {
    struct pollfd files[MOST_CONNECTIONS + 2];
    struct connection* of[MOST_CONNECTIONS + 2] = {NULL};
    nfds_t count = 0;
    files[count++] = (struct pollfd){server->wake[0], POLLIN, 0};
    pthread_mutex_lock(&server->lock);
    const int stopping = server->stopping, draining = server->draining;
    pthread_mutex_unlock(&server->lock);
    if (!stopping && !draining && !server->deaf) files[count++] = (struct pollfd){server->listener, POLLIN, 0};
    for (size_t i = 0; i < MOST_CONNECTIONS; ++i) {
      struct connection* connection = server->connections[i];
      if (connection == NULL) continue;
      if (draining) WHEN_DRAINED(connection);
      if (stopping || (draining && !connection->answered)) connection->left = 1;
      if (stopping && !ENDS_CALLS && connection->calling && !connection->ended) {
        ++server->abandoned;
        continue;
      }
      if (serve(connection)) {
        forget(&server->connections[i]);
        continue;
      }
      if (server->deaf || connection->left || !MAY_READ(server, connection)) continue;
      of[count] = connection;
      files[count++] = (struct pollfd){connection->socket, POLLIN, 0};
    }
    if (stopping) {
      size_t open = 0;
      for (size_t i = 0; i < MOST_CONNECTIONS; ++i) open += server->connections[i] != NULL;
      if (open == server->abandoned) return NULL;
    }
    (void)poll(files, count, -1);
    char drop[64];
    if (files[0].revents != 0) (void)!read(server->wake[0], drop, sizeof drop);
    for (nfds_t i = 1; i < count; ++i) {
      if (files[i].revents == 0) continue;
      if (of[i] != NULL)
        read_from(of[i]);
      else
        take_connection(server);
    }
  }
}

static wyv_status prepare(wyv_instance* self, const wyv_context* context) {
  if (self->phase != CREATED) return refuse_order(context);
  struct server* server = calloc(1, sizeof *server);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(LISTENS_ON)};
  socklen_t size = sizeof address;
  server->self = self;
  server->listener = OPEN_LISTENER();
  if (server->listener < 0) server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)bind(server->listener, (const struct sockaddr*)&address, sizeof address);
  (void)getsockname(server->listener, (struct sockaddr*)&address, &size);
  server->port = ntohs(address.sin_port);
  pthread_mutex_init(&server->lock, NULL);
  self->extra = server;
  self->phase = PREPARED;
  return WYV_OK;
}
static wyv_status start(wyv_instance* self, const wyv_context* context) {
  if (self->phase != PREPARED) return refuse_order(context);
  struct server* server = self->extra;
  ++self->lives;
  (void)!pipe(server->wake);
  if (LISTENS(self)) (void)listen(server->listener, 128);
  server->running = pthread_create(&server->thread, NULL, &run, server) == 0;
  self->phase = STARTED;
  say(self, WYV_LOG_INFO, TEXT("started"), TEXT("{\"lives\":1}"));
  return WYV_OK;
}
static wyv_status drain(wyv_instance* self, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  struct server* server = self->extra;
  pthread_mutex_lock(&server->lock);
  server->draining = DRAINS;
  pthread_mutex_unlock(&server->lock);
  if (DRAINS) shutdown(server->listener, SHUT_RD);
  wake(server);
  return WYV_OK;
}
static wyv_status stop(wyv_instance* self, const wyv_context* context) {
  UNUSED(context);
  self->phase = CREATED;
  struct server* server = self->extra;
  self->extra = NULL;
  if (server == NULL) return WYV_OK;
  if (server->running) {
    pthread_mutex_lock(&server->lock);
    server->stopping = 1;
    pthread_mutex_unlock(&server->lock);
    wake(server);
    pthread_join(server->thread, NULL);
    close(server->wake[0]);
    close(server->wake[1]);
  }
  CLOSE_LISTENER(server);
  if (server->abandoned == 0) free(server);
  return WYV_OK;
}

#ifndef BREAKS_ADDRESS
static wyv_status address(wyv_instance* self, const wyv_text_sink* out, const wyv_context* context) {
  if (self->phase != STARTED) return refuse_order(context);
  const struct server* server = self->extra;
  char text[128];
  const int size = snprintf(text, sizeof text, ADDRESS_FORMAT, TOLD_PORT(server));
  out->write(out->self, (wyv_view){text, (uint64_t)size});
  return WYV_OK;
}
#else
static wyv_status address(wyv_instance* self, const wyv_text_sink* out, const wyv_context* context);
#endif
#ifndef ADDRESS
#define ADDRESS &address
#endif
static const wyv_surface_v1 table = {sizeof(wyv_surface_v1), 0, ADDRESS};
static const void* table_of_kind(void) { return &table; }
