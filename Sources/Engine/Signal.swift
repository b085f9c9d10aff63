internal import Glibc

/// Wakes one waiting thread; what it waits for stands elsewhere, under a lock of its own.
package final class Signal: @unchecked Sendable {
  // Unchecked: the two pthread objects are made once, never move, and are their own guards.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var isRaised = false

  package init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func raise() {
    pthread_mutex_lock(mutex)
    isRaised = true
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until raised, or until the time is over.
  package func wait(nanoseconds: UInt64) {
    let end = Monotonic.nanoseconds() + nanoseconds
    var deadline = timespec(
      tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    pthread_mutex_lock(mutex)
    while !isRaised {
      if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { break }
    }
    isRaised = false
    pthread_mutex_unlock(mutex)
  }

  /// Lets time pass without listening.
  func sleep(nanoseconds: UInt64) {
    let end = Monotonic.nanoseconds() + nanoseconds
    var deadline = timespec(tv_sec: Int(end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nil) == EINTR {}
  }
}

/// A thread that is joined when its work is over.
package final class Worker: Sendable {
  private let thread: pthread_t

  /// - Parameter name: what the message says where the system gives no thread.
  package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let made = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
        box.body()
        return nil
      }, box.toOpaque())
    precondition(made == 0, "the system gives no thread for \(name): raise the process limit")
    self.thread = thread
  }

  /// Waits until the work is over; call once.
  package func join() { pthread_join(thread, nil) }

  /// Gives the calling thread a lower priority: blocks go first, and on a busy machine it takes
  /// what time is left.
  /// - Parameter niceness: how far, up to 19.
  package static func yieldToOthers(niceness: Int32 = 19) {
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
