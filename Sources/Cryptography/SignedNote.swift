internal import Primitives

/// A text with signatures under it (C2SP signed-note): the text ends in a newline, a blank line
/// follows, then one line a signature, an em dash, the key's name, and base 64 of the key's id and
/// the signature.
///
/// The text means nothing before `verify` has found a known key's signature on it.
public struct SignedNote: Sendable, Equatable {
  /// One line under the text.
  public struct Signature: Sendable, Equatable {
    /// The key's name and id.
    public let name: String
    public let id: UInt32
    /// The signature itself; what it must look like is the key's affair.
    public let bytes: [UInt8]

    public init(name: String, id: UInt32, bytes: [UInt8]) {
      self.name = name
      self.id = id
      self.bytes = bytes
    }

    var line: String {
      let id = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self.id >> UInt32($0)) }
      return "\u{2014} \(name) \(Base64.text(id + bytes))\n"
    }
  }

  /// With its last newline, without the blank line.
  public let text: String
  /// At least one.
  public let signatures: [Signature]

  /// The most bytes of a note, and of signatures in it.
  public static let byteLimit = 65_536
  /// The most signatures that are read.
  public static let signatureLimit = 64

  init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note strictly: what `bytes` would not write again is refused.
  public init(_ bytes: [UInt8]) throws(NoteFailure) {
    guard bytes.count <= Self.byteLimit else { throw .form("it is longer than 65,536 bytes") }
    guard let whole = String(validating: bytes, as: UTF8.self) else {
      throw .form("it is not UTF-8")
    }
    guard bytes.last == 0x0a, !bytes.contains(where: { $0 < 0x20 && $0 != 0x0a }) else {
      throw .form("it has control characters or no last newline")
    }
    // The last empty line parts text and signatures; an em dash begins none of a text's bytes.
    guard let end = bytes.indices.dropLast().last(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 })
    else { throw .form("no blank line parts the text from its signatures") }
    text = String(decoding: bytes[...end], as: UTF8.self)
    var signatures: [Signature] = []
    for line in bytes[(end + 2)...].dropLast().split(
      separator: 0x0a, omittingEmptySubsequences: false)
    {
      guard signatures.count < Self.signatureLimit else {
        throw .form("it has more than \(Self.signatureLimit) signatures")
      }
      signatures.append(try Self.signature(String(decoding: line, as: UTF8.self)))
    }
    self.signatures = signatures
    guard !signatures.isEmpty, whole.utf8.elementsEqual(self.bytes) else {
      throw .form("a signature line is written in another way")
    }
  }

  private static func signature(_ line: String) throws(NoteFailure) -> Signature {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "\u{2014}", NoteKey.isName(String(words[1])),
      let bytes = Base64.bytes(String(words[2])), bytes.count > 4
    else { throw .form("a line under the text is no signature line") }
    let id = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return Signature(name: String(words[1]), id: id, bytes: Array(bytes.dropFirst(4)))
  }

  static func isText(_ text: String) -> Bool {
    text.utf8.last == 0x0a && !text.utf8.contains { $0 < 0x20 && $0 != 0x0a }
  }

  /// The note as it is written.
  public var bytes: [UInt8] {
    Array(text.utf8) + [0x0a] + signatures.flatMap { Array($0.line.utf8) }
  }

  /// Throws unless the key has signed the text. Signatures of others are passed over, as the
  /// standard asks; one that names this key and is not its own refuses the note.
  public func verify(by key: NoteKey) throws(NoteFailure) {
    var isSigned = false
    for signature in signatures where signature.name == key.name && signature.id == key.id {
      guard Ed25519.verify(signature.bytes, of: Array(text.utf8), by: key.publicKey) else {
        throw .wrong("the signature of \(key.name) does not match the text")
      }
      isSigned = true
    }
    guard isSigned else { throw .unsigned("it is not signed by \(key.text)") }
  }
}

/// Why bytes are no note, or not the note of a key.
public enum NoteFailure: Error, Sendable, Equatable {
  /// The bytes are no signed note.
  case form(String)
  /// The key has not signed it.
  case unsigned(String)
  /// A signature that names the key is wrong.
  case wrong(String)

  /// What is wrong, as a sentence without its end.
  public var text: String {
    switch self {
    case .form(let text), .unsigned(let text), .wrong(let text): text
    }
  }
}
