public import Primitives

/// What a node answers about itself, and what it answers to everything while it is not ready.
public enum Readiness {
  /// The answer of `/readyz`: 200, or 503 with the reason why no work should be sent here.
  /// - Parameter reason: beginning with one word for the kind, such as `read-only`; nil where
  ///   nothing stands in the way.
  public static func response(reason: String?, height: Height?) -> RoutedResponse {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", text: reason.map { String($0.prefix { $0 != ":" }) } ?? "ready")
    if let height { writer.member("height", number: height) }
    if let reason { writer.member("reason", text: reason) }
    writer.endObject()
    return RoutedResponse(
      status: reason == nil ? 200 : 503, contentType: "application/json", body: writer.bytes,
      headers: [("Cache-Control", "no-store")] + (reason == nil ? [] : retry))
  }

  /// The answer of `/healthz`: the process answers, whatever else it does.
  public static var alive: RoutedResponse {
    RoutedResponse(
      status: 200, contentType: "application/json", body: Array(#"{"status":"ok"}"#.utf8))
  }

  /// The answer to any other request before the chain is there: JSON-RPC gets an error for each of
  /// its requests, everything else a problem document.
  public static func refuse(method: String, path: String, body: [UInt8], reason: String)
    -> RoutedResponse
  {
    let isCall = method == "POST" && path == "/"
    return RoutedResponse(
      status: 503, contentType: isCall ? "application/json" : "application/problem+json",
      body: isCall ? refuse(calls: body, reason) : problem(reason, path), headers: retry)
  }

  /// The answer to a request that is more than its client may ask for, given before its body is
  /// read: so a call's error has no id.
  /// - Parameters:
  ///   - seconds: when it may be tried again.
  ///   - isCall: whether it is JSON-RPC.
  public static func refuse(tooMuch seconds: UInt64, isCall: Bool) -> RoutedResponse {
    let failure = RPCFailure.tooMuch(seconds)
    var writer = JSONWriter(capacity: 256)
    if isCall {
      refuse(nil, failure, &writer)
    } else {
      writer.beginObject()
      writer.member("type", text: "about:blank")
      writer.member("title", text: "Too Many Requests")
      writer.member("status", number: 429)
      writer.member("detail", text: failure.message)
      writer.endObject()
    }
    return RoutedResponse(
      status: 429, contentType: isCall ? "application/json" : "application/problem+json",
      body: writer.bytes, headers: [("Retry-After", String(seconds))])
  }

  private static let retry = [(name: "Retry-After", value: "1")]

  private static func refuse(calls body: [UInt8], _ reason: String) -> [UInt8] {
    let document = try? JSONParser.parse(body, maximumDepth: Limits.jsonDepth)
    let failure = RPCFailure(RPCFailure.refused, "node is not ready: \(reason)")
    var writer = JSONWriter(capacity: 256)
    guard let elements = document?.elements, !elements.isEmpty,
      elements.count <= Limits.batchRequests
    else {
      refuse(document.map { Request($0) }?.id, failure, &writer)
      return writer.bytes
    }
    writer.beginArray()
    for element in elements { refuse(Request(element).id, failure, &writer) }
    writer.endArray()
    return writer.bytes
  }

  private static func refuse(
    _ id: JSONValue?, _ failure: RPCFailure, _ writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.member("jsonrpc", text: "2.0")
    writer.name("id")
    writer.value(id ?? .null)
    writer.name("error")
    failure.write(to: &writer)
    writer.endObject()
  }

  private static func problem(_ reason: String, _ path: String) -> [UInt8] {
    Problem(.notReady, "The node is not ready: \(reason). Ask again soon.").response(path).body
  }
}
