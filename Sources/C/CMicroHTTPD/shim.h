// Swift sees neither C's variadic functions nor function-like macros: these few functions reach
// them. Everything else of libmicrohttpd is called by its own name.
#include <microhttpd.h>

/// What one daemon is started with. Callbacks get `context` as their first argument.
struct httpd_settings {
  unsigned int flags;
  int listen_socket;
  unsigned int threads;
  size_t connection_memory;
  unsigned int connection_limit;
  unsigned int inactivity_seconds;
  void *context;
  MHD_AcceptPolicyCallback accept;
  MHD_AccessHandlerCallback handle;
  MHD_NotifyConnectionCallback connection_changed;
  void *(*request_line)(void *context, const char *target, struct MHD_Connection *connection);
  MHD_RequestCompletedCallback completed;
  /// For TLS, where not NULL: a gnutls_certificate_retrieve_function2, and GnuTLS's priorities.
  void (*certificate)(void);
  const char *priorities;
};

static inline struct MHD_Daemon *httpd_start(const struct httpd_settings *s) {
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)s->certificate},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)s->priorities},
      {MHD_OPTION_END, 0, NULL},
  };
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  return MHD_start_daemon(
      s->flags | (s->certificate ? MHD_USE_TLS : 0), 0, s->accept, s->context, s->handle, s->context,
      MHD_OPTION_LISTEN_SOCKET, s->listen_socket,
      MHD_OPTION_THREAD_POOL_SIZE, s->threads,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->connection_memory,
      MHD_OPTION_CONNECTION_LIMIT, s->connection_limit,
      MHD_OPTION_CONNECTION_TIMEOUT, s->inactivity_seconds,
      MHD_OPTION_NOTIFY_CONNECTION, s->connection_changed, s->context,
      MHD_OPTION_URI_LOG_CALLBACK, s->request_line, s->context,
      MHD_OPTION_NOTIFY_COMPLETED, s->completed, s->context,
      // Host is demanded of HTTP/1.1 and blanks in the target are refused.
      MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
      MHD_OPTION_ARRAY, s->certificate ? tls : none,
      MHD_OPTION_END);
}

static inline void *httpd_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static inline const struct sockaddr *httpd_client_address(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

static inline int httpd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

/// Bytes of request line and headers together; 0 before they are complete.
static inline size_t httpd_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

/// Gives an upgraded connection back to the library, which closes its socket. A refused answer
/// would mean that it was given back before.
static inline void httpd_close_upgraded(struct MHD_UpgradeResponseHandle *handle) {
  MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}
