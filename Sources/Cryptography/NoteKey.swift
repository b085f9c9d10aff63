internal import Primitives

/// Who signs notes: a name and an Ed25519 public key (C2SP signed-note).
public struct NoteKey: Sendable, Equatable {
  /// The signature type of plain Ed25519.
  static let type: UInt8 = 1

  /// Never empty, without white space, plus signs and control characters.
  public let name: String
  /// The first four bytes of SHA-256 over name, newline, type and public key, big-endian.
  public let id: UInt32
  /// 32 bytes.
  public let publicKey: [UInt8]

  /// Nil where the name may not stand in a note or the key has another length.
  public init?(name: String, publicKey: [UInt8]) {
    guard Self.isName(name), publicKey.count == Ed25519.keyBytes else { return nil }
    self.name = name
    self.publicKey = publicKey
    id = Self.id(name, publicKey)
  }

  /// Reads a key as `text` writes it: `name+id+base64`; nil for anything else.
  public init?(text: String) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.bytes(String(parts[2])), bytes.first == Self.type
    else { return nil }
    self.init(name: String(parts[0]), publicKey: Array(bytes.dropFirst()))
    guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
  }

  /// The key as verifiers take it: name, id in eight digits and base 64 of type and public key,
  /// with plus signs between.
  public var text: String { "\(name)+\(Self.digits(id))+\(Base64.text([Self.type] + publicKey))" }

  static func id(_ name: String, _ publicKey: [UInt8]) -> UInt32 {
    let digest = SHA256.hash(Array(name.utf8) + [0x0a, type] + publicKey)
    return UInt32(truncatingIfNeeded: digest.w0 >> 32)
  }

  static func digits(_ id: UInt32) -> String {
    let text = String(id, radix: 16)
    return String(repeating: "0", count: 8 - text.utf8.count) + text
  }

  static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        $0.value > 0x20 && $0.value != 0x7f && $0 != "+" && !$0.properties.isWhitespace
      }
  }
}

/// The private side of a `NoteKey`.
public struct NoteSigner: Sendable {
  private static let prefix = "PRIVATE+KEY+"

  /// What verifiers need.
  public let key: NoteKey
  private let secret: Ed25519Key

  /// Nil where the name may not stand in a note or the seed has not 32 bytes.
  public init?(name: String, seed: [UInt8]) {
    guard let secret = Ed25519Key(seed: seed),
      let key = NoteKey(name: name, publicKey: secret.publicKey)
    else { return nil }
    self.key = key
    self.secret = secret
  }

  /// Reads a key as `exportText` writes it; nil for anything else.
  public init?(text: String) {
    guard text.hasPrefix(Self.prefix) else { return nil }
    let parts = text.dropFirst(Self.prefix.count)
      .split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let bytes = Base64.bytes(String(parts[2])),
      bytes.first == NoteKey.type
    else { return nil }
    self.init(name: String(parts[0]), seed: Array(bytes.dropFirst()))
    guard parts[1] == NoteKey.digits(key.id) else { return nil }
  }

  /// The secret itself, for a key file: `PRIVATE+KEY+name+id+base64` of type and seed.
  public func exportText() -> String {
    Self.prefix + "\(key.name)+\(NoteKey.digits(key.id))+"
      + Base64.text([NoteKey.type] + secret.exportSeed())
  }

  /// The text as a note with one signature; nil where the text may not stand in a note.
  public func sign(_ text: String) -> SignedNote? {
    guard SignedNote.isText(text) else { return nil }
    let signature = secret.sign(Array(text.utf8))
    return SignedNote(
      text: text,
      signatures: [SignedNote.Signature(name: key.name, id: key.id, bytes: signature)])
  }
}
