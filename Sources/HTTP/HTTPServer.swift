internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

/// An HTTP/1.1 and 1.0 server over libmicrohttpd: epoll and a pool of threads, which run the
/// handlers too. A handler therefore must not block: what has to wait is an `HTTPAnswer.later`.
/// It moves bytes and knows nothing of money. Limits: decision 31.
public final class HTTPServer: Sendable {
  private enum Run {
    case fresh
    case running(Daemon)
    case stopped
  }

  private let configuration: HTTPConfiguration
  private let intake: Intake
  private let run = Mutex(Run.fresh)
  private let boundPort: Atomic<UInt16>

  /// A server that does not listen yet. `handler` answers at once.
  public convenience init(
    configuration: HTTPConfiguration = HTTPConfiguration(),
    handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
  ) {
    self.init(configuration: configuration, answering: { .now(handler($0)) })
  }

  /// A server that does not listen yet. `answering` answers at once or later.
  public init(
    configuration: HTTPConfiguration = HTTPConfiguration(),
    answering: @escaping @Sendable (HTTPRequest) -> HTTPAnswer
  ) {
    self.configuration = configuration
    intake = Intake(configuration, answering)
    boundPort = Atomic(configuration.port)
  }

  deinit { stop() }

  /// The port listened on, once started; before that the configured one.
  public var port: UInt16 { boundPort.load(ordering: .acquiring) }

  /// Connections open now, those being refused included.
  public var connectionCount: Int { intake.connections.count }

  /// The clients with the most connections, at most so many, and how many clients there are.
  public func clients(largest count: Int) -> (all: Int, largest: [(ClientAddress, Int)]) {
    intake.connections.clients(largest: count)
  }

  /// Shows another certificate to whoever connects from now on; only a server that was started with
  /// one. Connections that are open stay.
  public func renew(_ certificate: HTTPCertificate) {
    if configuration.certificate != nil { ServedCertificates.show(certificate, on: port) }
  }

  /// Connections that are WebSockets; they are among `connectionCount`.
  public var webSocketCount: Int { intake.sockets.count }

  /// Requests whose answer is not complete, streams included.
  public var requestCount: Int { intake.requests.load(ordering: .relaxed) }

  /// How many requests were answered with which status since the start; statuses that were never
  /// sent are left out.
  public var answers: [(status: Int, count: Int)] { intake.answers.all }

  /// Listens and serves. Ignores SIGPIPE in the whole process and raises its soft limit of open
  /// files where the connection cap needs it. Throws `HTTPServerFailure`, and only once started.
  public func start() throws(HTTPServerFailure) {
    try run.withLock { run throws(HTTPServerFailure) in
      guard case .fresh = run else { throw .started }
      try configuration.check()
      let (socket, port) = try listen()
      if let certificate = configuration.certificate {
        ServedCertificates.show(certificate, on: port)
      }
      let daemon = try Daemon(configuration, intake, socket: socket)
      boundPort.store(port, ordering: .releasing)
      run = .running(daemon)
    }
  }

  private func listen() throws(HTTPServerFailure) -> (socket: Int32, port: UInt16) {
    // 256: journal, index, and what else the process holds open.
    let needed = configuration.maximumConnections + configuration.refusedConnections + 256
    signal(SIGPIPE, SIG_IGN)
    if let path = configuration.unixSocket {
      try allowOpenFiles(needed)
      return (try fileSocket(path), 0)
    }
    let address = try ListeningAddress(configuration.address, port: configuration.port)
    guard address.isLoopback || configuration.allowPublic || configuration.certificate != nil
    else { throw .publicAddress(configuration.address) }
    try allowOpenFiles(needed)
    return try address.listen(configuration)
  }

  /// Takes no more connections, lets requests under way finish for `drainTimeout`, answers 503 to
  /// those that still wait, closes everything and joins all threads. Not from a handler. A second
  /// call returns when the first is done.
  public func stop() {
    run.withLock { run in
      if case .running(let daemon) = run {
        daemon.stop(configuration, intake)
        if configuration.certificate != nil { ServedCertificates.forget(port) }
        if let path = configuration.unixSocket { unlink(path) }
      }
      run = .stopped
    }
  }
}

/// The running library, and the watch over deadlines beside it.
private final class Daemon: @unchecked Sendable {
  private let handle: OpaquePointer
  private let watch: Watch

  init(
    _ configuration: HTTPConfiguration, _ intake: Intake, socket: Int32
  ) throws(HTTPServerFailure) {
    let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let threads = configuration.threads > 0 ? configuration.threads : max(1, processors)
    var settings = httpd_settings()
    // Not MHD_USE_TURBO: measured, it gains nothing here.
    settings.flags =
      MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
      | MHD_ALLOW_UPGRADE.rawValue
    settings.listen_socket = socket
    settings.threads = UInt32(threads)
    // Holds the headers and the library's table of them; what is left takes the body's pieces.
    settings.connection_memory = max(32 << 10, configuration.maximumHeaderBytes * 3)
    // The library gives each thread its share and lets connections queue unanswered above it; the
    // cap is kept in `accept` instead.
    settings.connection_limit = UInt32(
      (configuration.maximumConnections + configuration.refusedConnections) * threads)
    settings.inactivity_seconds = UInt32(
      max(1, (configuration.idleTimeout.milliseconds + 999) / 1000))
    settings.context = Unmanaged.passUnretained(intake).toOpaque()
    settings.accept = acceptConnection
    settings.connection_changed = connectionChanged
    settings.request_line = requestLine
    settings.handle = handleRequest
    settings.completed = requestCompleted
    let handle = ServedCertificates.priorities.withCString { priorities in
      if configuration.certificate != nil {
        settings.certificate = ServedCertificates.callback
        settings.priorities = priorities
      }
      return httpd_start(&settings)
    }
    guard let handle else {
      let code = errno
      close(socket)
      throw .daemon(code: code)
    }
    self.handle = handle
    guard let watch = Watch(intake) else {
      let code = errno
      MHD_stop_daemon(handle)
      throw .daemon(code: code)
    }
    self.watch = watch
  }

  func stop(_ configuration: HTTPConfiguration, _ intake: Intake) {
    // From now on connections are closed as they come. The library's own way, to quiesce, ends the
    // process where one of its threads wakes at the same moment.
    intake.isStopping.store(true, ordering: .relaxed)
    intake.sockets.stop()
    let stopping = HTTPResponse.problem("the server is stopping", status: 503)
    let end = monotonicMilliseconds() + configuration.drainTimeout.milliseconds
    while intake.requests.load(ordering: .acquiring) > 0, monotonicMilliseconds() < end {
      intake.sleepers.endStreams(with: stopping)
      usleep(2000)
    }
    intake.sleepers.wakeAll(with: stopping)
    // Whoever won the race to answer is a few instructions from having woken its connection.
    while !intake.sleepers.isEmpty { usleep(500) }
    // The answers just given are written, unless a client does not read.
    let last = monotonicMilliseconds() + 500
    while intake.requests.load(ordering: .acquiring) > 0, monotonicMilliseconds() < last {
      usleep(2000)
    }
    watch.stop()
    MHD_stop_daemon(handle)
  }
}

/// A thread that looks for deadlines passed, eight times a second.
private final class Watch: @unchecked Sendable {
  private let intake: Intake
  /// A byte sent through this pair ends the watch.
  private let pair: [Int32]
  private var thread = pthread_t()

  init?(_ intake: Intake) {
    self.intake = intake
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, streamSocket, 0, &ends) == 0 else { return nil }
    pair = ends
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Watch>.fromOpaque(context).takeRetainedValue().watch()
        return nil
      }, context.toOpaque())
    if code != 0 {
      context.release()
      for end in pair { close(end) }
      errno = code
      return nil
    }
  }

  private func watch() {
    var event = pollfd(fd: pair[0], events: Int16(POLLIN), revents: 0)
    while poll(&event, 1, 125) <= 0 {
      let now = monotonicMilliseconds()
      intake.connections.closeOverdue(at: now)
      intake.connections.closeHalfClosed()
      intake.sleepers.answerOverdue(
        at: now, with: .problem("no answer was found in time", status: 504))
    }
  }

  func stop() {
    var byte: UInt8 = 0
    _ = write(pair[1], &byte, 1)
    pthread_join(thread, nil)
    for end in pair { close(end) }
  }
}
