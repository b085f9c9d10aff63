import Glibc

/// SIGINT and SIGTERM: the first asks for an orderly end, the second for one at once. SIGHUP asks
/// for files to be read again.
enum StopSignals {
  private static var both: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }

  /// Before any thread is made: each inherits the mask, so that only this one meets the signals. A
  /// file that would grow above the process's limit is an error of the write, not the end.
  static func block() {
    var signals = both
    sigaddset(&signals, SIGHUP)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Whether one has come since.
  static var isPending: Bool {
    var pending = sigset_t()
    sigpending(&pending)
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1
  }

  /// Waits for one. At SIGHUP `renew` is called and the wait goes on; without it SIGHUP is as good
  /// as the others, since it then means that a terminal was closed.
  static func wait(renew: (() -> Void)?) {
    var signals = both
    sigaddset(&signals, SIGHUP)
    var signal: Int32 = 0
    sigwait(&signals, &signal)
    while signal == SIGHUP, let renew {
      renew()
      sigwait(&signals, &signal)
    }
  }

  private nonisolated(unsafe) static var code: Int32 = 1

  /// From now on one ends the process where it stands: as safe as a crash, from which the journal
  /// recovers.
  static func endAtOnce(with code: Int32) {
    // Written before the handler is set, read by it alone.
    self.code = code
    signal(SIGINT) { _ in _exit(StopSignals.code) }
    signal(SIGTERM) { _ in _exit(StopSignals.code) }
    var signals = both
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
