import HTTP
import Primitives

/// One frame of RFC 6455, read independently of the library that the product reads it with.
struct Frame {
  let isFinal: Bool
  let opcode: UInt8
  let isMasked: Bool
  let payload: [UInt8]

  var isControl: Bool { opcode & 8 != 0 }

  /// What a client sends, with a mask of zeros, so that what is sent is seen.
  static func masked(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    let count = payload.count
    let length: [UInt8] =
      count < 126 ? [0x80 | UInt8(count)] : [0xfe, UInt8(count >> 8), UInt8(count & 0xff)]
    return [(isFinal ? 0x80 : 0) | opcode] + length + [0, 0, 0, 0] + payload
  }

  /// The frame at a place, which moves behind it; nil where none is whole and well-formed, or its
  /// length is over the limit.
  init?(_ bytes: [UInt8], _ place: inout Int, longest: Int = .max) {
    var next = place
    func take(_ count: Int) -> ArraySlice<UInt8>? {
      guard count <= bytes.count - next else { return nil }
      defer { next += count }
      return bytes[next..<next + count]
    }
    guard let head = take(2).map(Array.init), head[0] & 0x70 == 0 else { return nil }
    isFinal = head[0] & 0x80 != 0
    opcode = head[0] & 0x0f
    isMasked = head[1] & 0x80 != 0
    guard [0, 1, 2, 8, 9, 10].contains(opcode) else { return nil }
    var length = UInt64(head[1] & 0x7f)
    if length > 125 {
      guard opcode & 8 == 0, let field = take(length == 126 ? 2 : 8) else { return nil }
      let least: UInt64 = length == 126 ? 126 : 65_536
      length = field.reduce(0) { $0 << 8 | UInt64($1) }
      guard length >= least, length >> 63 == 0 else { return nil }
    }
    guard opcode & 8 == 0 || isFinal, opcode & 8 != 0 || length <= UInt64(longest),
      let mask = isMasked ? take(4).map(Array.init) : [0, 0, 0, 0],
      let body = Int(exactly: length).flatMap({ take($0) })
    else { return nil }
    payload = body.enumerated().map { $0.element ^ mask[$0.offset & 3] }
    place = next
  }

  /// The whole messages that a client's bytes hold before anything that ends the connection.
  static func messages(of bytes: [UInt8], longest: Int) -> [WebSocketMessage] {
    var messages: [WebSocketMessage] = []
    var place = 0
    var begun: (opcode: UInt8, bytes: [UInt8])?
    while let frame = Frame(bytes, &place, longest: longest - (begun?.bytes.count ?? 0)) {
      guard frame.isMasked, frame.opcode != 8 else { break }
      if frame.isControl { continue }
      guard (frame.opcode == 0) == (begun != nil) else { break }
      let opcode = begun?.opcode ?? frame.opcode
      let whole = (begun?.bytes ?? []) + frame.payload
      begun = frame.isFinal ? nil : (opcode, whole)
      guard frame.isFinal else { continue }
      guard opcode == 1 else {
        messages.append(.binary(whole))
        continue
      }
      guard String(validating: whole, as: UTF8.self) != nil else { break }
      messages.append(.text(whole))
    }
    return messages
  }

  /// What is wrong with the bytes of a server; nil where they are whole frames, texts that answer
  /// calls, and nothing behind a goodbye.
  static func fault(of bytes: [UInt8]) -> String? {
    var place = 0
    while place < bytes.count {
      guard let frame = Frame(bytes, &place), !frame.isMasked, frame.isFinal else {
        return "the server's byte \(place) begins no frame of a server"
      }
      switch frame.opcode {
      case 1:
        guard let value = try? JSONParser.parse(frame.payload) else { return "a text is no JSON" }
        if value["method"] != nil { continue }
        let verdict = Answers.judge(calls: frame.payload, of: 200)
        if case .broken(let text) = verdict { return text }
      case 8:
        if place < bytes.count { return "the server goes on behind its goodbye" }
        guard frame.payload.count >= 2 else { return frame.payload.isEmpty ? nil : "half a code" }
        let code = UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1])
        guard
          (1000...1003).contains(code) || (1007...1014).contains(code)
            || (3000...4999).contains(code)
        else { return "the server closes with \(code)" }
      default: continue
      }
    }
    return nil
  }
}
