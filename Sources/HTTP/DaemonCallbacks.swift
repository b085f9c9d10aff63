internal import CMicroHTTPD
internal import Glibc

// The C functions handed to libmicrohttpd. Each turns pointers back into objects and calls the
// intake; `context` is the intake, which outlives the daemon.

private func intake(_ context: UnsafeMutableRawPointer) -> Intake {
  Unmanaged<Intake>.fromOpaque(context).takeUnretainedValue()
}

private func connection(of daemonConnection: OpaquePointer) -> Connection? {
  httpd_socket_context(daemonConnection).map {
    Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue()
  }
}

func acceptConnection(
  _ context: UnsafeMutableRawPointer?, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
) -> MHD_Result {
  guard let context else { return .NO }
  return intake(context).mayAccept(ClientAddress(address)) ? .YES : .NO
}

func connectionChanged(
  _ context: UnsafeMutableRawPointer?, _ daemonConnection: OpaquePointer?,
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
  guard let context, let daemonConnection, let slot else { return }
  if change == .CONNECTION_NOTIFY_STARTED {
    let opened = intake(context).opened(daemonConnection)
    slot.pointee = Unmanaged.passRetained(opened).toOpaque()
  } else if let known = slot.pointee {
    slot.pointee = nil
    intake(context).connections.remove(Unmanaged<Connection>.fromOpaque(known).takeRetainedValue())
  }
}

/// Gives the exchange that later calls get back as theirs.
func requestLine(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?,
  _ daemonConnection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let context, let daemonConnection, let connection = connection(of: daemonConnection)
  else { return nil }
  let text = target.map { String(cString: $0) } ?? ""
  let exchange = intake(context).requestLine(text, connection, daemonConnection)
  return Unmanaged.passRetained(exchange).toOpaque()
}

func handleRequest(
  _ context: UnsafeMutableRawPointer?, _ daemonConnection: OpaquePointer?,
  _ path: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
  _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
  _ size: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let daemonConnection, let known = slot?.pointee, let size else {
    return .NO
  }
  let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
  let piece = UnsafeRawBufferPointer(start: data, count: size.pointee)
  size.pointee = 0
  return intake(context).handle(exchange, daemonConnection, method: method, piece: piece)
}

/// The 101 of a WebSocket is written.
func connectionUpgraded(
  _ context: UnsafeMutableRawPointer?, _ daemonConnection: OpaquePointer?,
  _ slot: UnsafeMutableRawPointer?, _ early: UnsafePointer<CChar>?, _ earlyCount: Int,
  _ socket: Int32, _ handle: OpaquePointer?
) {
  guard let context, let slot, let handle else { return }
  let bytes = UnsafeRawBufferPointer(start: early, count: early == nil ? 0 : earlyCount)
  intake(context).upgraded(
    Unmanaged<Exchange>.fromOpaque(slot).takeUnretainedValue(), early: Array(bytes),
    socket: socket, handle: handle)
}

func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ daemonConnection: OpaquePointer?,
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
  guard let context, let slot, let known = slot.pointee else { return }
  slot.pointee = nil
  intake(context).completed(Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue())
}

func collectHeader(
  _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?,
  _ nameLength: Int, _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
  guard let context else { return .NO }
  Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue().fields.append(
    name: UnsafeRawBufferPointer(start: name, count: nameLength),
    value: UnsafeRawBufferPointer(start: value, count: valueLength))
  return .YES
}
