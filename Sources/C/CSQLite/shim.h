// SQLITE_TRANSIENT is a cast that Swift does not see.
#include <sqlite3.h>

static inline sqlite3_destructor_type sqlite_transient(void) { return SQLITE_TRANSIENT; }
