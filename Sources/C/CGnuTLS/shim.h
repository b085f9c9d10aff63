// libmicrohttpd makes its TLS with this library; what it leaves to the caller (certificates that
// change while the server runs) and the client's side of a connection are called by its own names.
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

// Flags that Swift does not see, being shifts in macros.
static const unsigned int tls_client_flags = GNUTLS_CLIENT | GNUTLS_NONBLOCK;

// gnutls_free is a variable that holds a function.
static inline void tls_free(void *memory) { gnutls_free(memory); }
