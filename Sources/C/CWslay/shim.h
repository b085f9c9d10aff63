// Framing by wslay; and of the system what one thread needs to serve many sockets, which Swift's
// own import of the C library leaves out.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

/// An epoll instance, not inherited by other programs; -1 where the system gives none.
static inline int sockets_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// A counter that wakes who waits for it; -1 where the system gives none.
static inline int sockets_bell(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// Adds (`is_new`) or changes a socket, which is reported by `token` while it can be read or, where
/// that is wanted, written.
static inline int sockets_set(int set, int is_new, int socket, int reads, int writes,
                              uint64_t token) {
  struct epoll_event event = {0};
  event.events = (reads ? EPOLLIN : 0u) | (writes ? EPOLLOUT : 0u);
  event.data.u64 = token;
  return epoll_ctl(set, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
}

static inline int sockets_remove(int set, int socket) {
  return epoll_ctl(set, EPOLL_CTL_DEL, socket, NULL);
}

/// Waits for at most so many milliseconds, -1 for ever; fills in the tokens of sockets that are
/// ready, and answers their number, or -1 with errno.
static inline int sockets_wait(int set, uint64_t *tokens, int capacity, int milliseconds) {
  struct epoll_event events[64];
  int count = epoll_wait(set, events, capacity < 64 ? capacity : 64, milliseconds);
  for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
  return count;
}

static inline ssize_t socket_take(int socket, void *buffer, size_t size) {
  return recv(socket, buffer, size, MSG_DONTWAIT);
}

static inline ssize_t socket_give(int socket, const void *bytes, size_t size) {
  return send(socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}
