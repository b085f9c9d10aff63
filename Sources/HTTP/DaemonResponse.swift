internal import CMicroHTTPD
internal import Glibc

/// Hands a response to libmicrohttpd, which keeps it until it is written. False where a header is
/// malformed or memory is short; nothing is queued then.
func queue(
  _ response: HTTPResponse, _ more: [HTTPHeader], closes: Bool, _ exchange: Exchange,
  on connection: OpaquePointer
) -> Bool {
  let made: OpaquePointer?
  switch response.body {
  case .bytes(let bytes):
    made = bytes.withUnsafeBytes {
      // The library copies; it does not write, whatever its signature says.
      MHD_create_response_from_buffer(
        $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
    }
  case .stream(let stream):
    let reading = Unmanaged.passRetained(Reading(exchange, stream))
    made = MHD_create_response_from_callback(
      UInt64.max, 16 << 10, readStream, reading.toOpaque(), releaseStream)
    if made == nil { reading.release() }
  }
  guard let made else { return false }
  // The library counts its own use of the response.
  defer { MHD_destroy_response(made) }
  for header in response.headers where !add(header, to: made) { return false }
  for header in more where !add(header, to: made) { return false }
  if closes, !add(HTTPHeader("Connection", "close"), to: made) { return false }
  return MHD_queue_response(connection, UInt32(response.status), made) == .YES
}

/// Queues the 101 that makes a connection a WebSocket; false where the library refuses it.
func queueUpgrade(_ accept: String, _ intake: Intake, on connection: OpaquePointer) -> Bool {
  guard
    let made = MHD_create_response_for_upgrade(
      connectionUpgraded, Unmanaged.passUnretained(intake).toOpaque())
  else { return false }
  defer { MHD_destroy_response(made) }
  return add(HTTPHeader("Upgrade", "websocket"), to: made)
    && add(HTTPHeader("Sec-WebSocket-Accept", accept), to: made)
    && MHD_queue_response(connection, UInt32(MHD_HTTP_SWITCHING_PROTOCOLS), made) == .YES
}

private func add(_ header: HTTPHeader, to response: OpaquePointer) -> Bool {
  // A NUL would end the text early, and what follows would be lost unseen.
  !header.name.utf8.contains(0) && !header.value.utf8.contains(0)
    && MHD_add_response_header(response, header.name, header.value) == .YES
}

/// What a streamed answer is read from.
private final class Reading {
  let exchange: Exchange
  let stream: HTTPStream

  init(_ exchange: Exchange, _ stream: HTTPStream) {
    self.exchange = exchange
    self.stream = stream
  }
}

private func readStream(
  _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ size: Int
) -> Int {
  guard let context else { return Int(MHD_CONTENT_READER_END_OF_STREAM) }
  let reading = Unmanaged<Reading>.fromOpaque(context).takeUnretainedValue()
  let target = UnsafeMutableRawBufferPointer(start: buffer, count: size)
  return reading.exchange.read(reading.stream, into: target)
    ?? Int(MHD_CONTENT_READER_END_OF_STREAM)
}

private func releaseStream(_ context: UnsafeMutableRawPointer?) {
  if let context { Unmanaged<Reading>.fromOpaque(context).release() }
}
