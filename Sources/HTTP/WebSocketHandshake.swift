internal import CNettle
internal import Primitives

/// The opening handshake of RFC 6455 section 4.2, without extensions and subprotocols.
enum WebSocketHandshake {
  /// What the client gets back for its key, or why it gets no WebSocket.
  static func answer(
    _ request: HTTPRequest
  ) -> (accept: String, refusal: HTTPResponse?) {
    func refuse(_ text: String, _ status: Int = 400) -> (String, HTTPResponse?) {
      ("", .text(text + "\n", status: status))
    }
    guard request.body.isEmpty else {
      return refuse("a request that opens a WebSocket has no body")
    }
    guard HTTPFields.holds("upgrade", in: request.fields.all("Connection")) else {
      return refuse("the header Connection: Upgrade is missing")
    }
    guard request.fields.all("Sec-WebSocket-Version") == ["13"] else {
      var response = HTTPResponse.text("this server speaks WebSocket version 13\n", status: 426)
      response.headers += [
        HTTPHeader("Sec-WebSocket-Version", "13"), HTTPHeader("Upgrade", "websocket"),
      ]
      return ("", response)
    }
    let keys = request.fields.all("Sec-WebSocket-Key")
    guard keys.count == 1, Base64.bytes(keys[0])?.count == 16 else {
      return refuse("Sec-WebSocket-Key must be 16 bytes in base 64")
    }
    return (accept(keys[0]), nil)
  }

  /// The key with the RFC's own text behind it, digested.
  static func accept(_ key: String) -> String {
    let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var context = sha1_ctx()
    var digest = [UInt8](repeating: 0, count: Int(SHA1_DIGEST_SIZE))
    nettle_sha1_init(&context)
    nettle_sha1_update(&context, text.count, text)
    nettle_sha1_digest(&context, digest.count, &digest)
    return Base64.text(digest)
  }
}
