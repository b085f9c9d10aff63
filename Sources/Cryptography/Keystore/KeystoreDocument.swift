internal import Primitives

/// The JSON form, in the field order of geth. Reading takes names and digits in either case, and
/// numbers only as plain whole numbers.
extension Keystore {
  /// Larger files are no keystores.
  public static let maximumDocumentBytes = 65_536

  /// Reads a file's contents.
  public init(json bytes: [UInt8]) throws(KeystoreFailure) {
    guard bytes.count <= Self.maximumDocumentBytes else {
      throw .form("the file is larger than \(Self.maximumDocumentBytes) bytes")
    }
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONParser.parse(bytes)
    } catch {
      throw .form("no JSON: \(error)")
    }
    let root = try Fields(document, "the file")
    let version = try root.value("version")
    guard version.whole == 3 || version.string == "3" else {
      throw .form("its version is \(Fields.shown(version)), not 3")
    }
    let crypto = try Fields(try root.value("crypto"), "crypto")
    guard try crypto.text("cipher").lowercased() == "aes-128-ctr" else {
      throw .form("crypto.cipher is \(Fields.shown(try crypto.value("cipher"))), not aes-128-ctr")
    }
    let parameters = try Fields(try crypto.value("kdfparams"), "kdfparams")
    let derivation = try Self.derivation(try crypto.text("kdf").lowercased(), parameters)
    if let reason = derivation.refusal { throw .form(reason) }
    let derivedBytes = try parameters.number("dklen")
    guard (32...1_024).contains(derivedBytes) else {
      throw .form("kdfparams.dklen is \(derivedBytes), outside 32 to 1024")
    }
    let cipher = try Fields(try crypto.value("cipherparams"), "cipherparams")
    self.init(
      address: try Self.address(root), id: try Self.identifier(root), derivation: derivation,
      salt: try parameters.bytes("salt", 1...1_024), derivedBytes: Int(derivedBytes),
      counter: try cipher.bytes("iv", 16...16),
      ciphertext: try crypto.bytes("ciphertext", 32...32),
      code: try crypto.bytes("mac", 32...32))
  }

  private static func derivation(
    _ name: String, _ parameters: Fields
  ) throws(KeystoreFailure) -> KeyDerivation {
    switch name {
    case "scrypt":
      let (n, r, p) = (
        try parameters.number("n"), try parameters.number("r"), try parameters.number("p")
      )
      guard let n = UInt64(exactly: n), let r = UInt32(exactly: r), let p = UInt32(exactly: p)
      else { throw .form("kdfparams n, r and p are far too large") }
      return .scrypt(n: n, r: r, p: p)
    case "pbkdf2":
      let function = try parameters.text("prf")
      guard function.lowercased() == "hmac-sha256" else {
        throw .form("kdfparams.prf is \(Fields.shown(.string(function))), not hmac-sha256")
      }
      guard let rounds = UInt32(exactly: try parameters.number("c")) else {
        throw .form("kdfparams.c is far too large")
      }
      return .pbkdf2(rounds: rounds)
    default:
      throw .form("crypto.kdf is \(Fields.shown(.string(name))), neither scrypt nor pbkdf2")
    }
  }

  private static func address(_ root: Fields) throws(KeystoreFailure) -> Address? {
    guard root.has("address") else { return nil }
    // Some wallets write an empty address to hide whose key it is.
    if try root.value("address").string == "" { return nil }
    return Address(try root.bytes("address", 20...20))
  }

  private static func identifier(_ root: Fields) throws(KeystoreFailure) -> String? {
    guard root.has("id") else { return nil }
    let text = try root.text("id").lowercased()
    let form = Array("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx".utf8)
    let bytes = Array(text.utf8)
    let isDigit = { (byte: UInt8) in (0x30...0x39) ~= byte || (0x61...0x66) ~= byte }
    guard bytes.count == form.count,
      zip(bytes, form).allSatisfy({ $1 == 0x2d ? $0 == 0x2d : isDigit($0) })
    else { throw .form("id is \(Fields.shown(.string(text))), no UUID") }
    return text
  }

  /// The file's contents, without a line break at the end, as geth writes it.
  public var json: [UInt8] {
    var writer = JSONWriter(capacity: 640)
    writer.beginObject()
    if let address { writer.digits("address", address.bytes) }
    writer.name("crypto")
    writer.beginObject()
    writer.name("cipher")
    writer.string("aes-128-ctr")
    writer.digits("ciphertext", ciphertext)
    writer.name("cipherparams")
    writer.beginObject()
    writer.digits("iv", counter)
    writer.endObject()
    writer.name("kdf")
    switch derivation {
    case .scrypt(let n, let r, let p):
      writer.string("scrypt")
      writer.name("kdfparams")
      writer.beginObject()
      writer.count("dklen", derivedBytes)
      writer.count("n", n)
      writer.count("p", p)
      writer.count("r", r)
    case .pbkdf2(let rounds):
      writer.string("pbkdf2")
      writer.name("kdfparams")
      writer.beginObject()
      writer.count("c", rounds)
      writer.count("dklen", derivedBytes)
      writer.name("prf")
      writer.string("hmac-sha256")
    }
    writer.digits("salt", salt)
    writer.endObject()
    writer.digits("mac", code)
    writer.endObject()
    if let id {
      writer.name("id")
      writer.string(id)
    }
    writer.count("version", 3)
    writer.endObject()
    return writer.bytes
  }
}

extension JSONWriter {
  /// A member of hexadecimal digits without 0x.
  fileprivate mutating func digits(_ name: String, _ bytes: [UInt8]) {
    self.name(name)
    string(String(Hex.text(bytes).dropFirst(2)))
  }

  fileprivate mutating func count(_ name: String, _ number: some BinaryInteger) {
    self.name(name)
    self.number(number)
  }
}

/// An object's members, by names in either case.
private struct Fields {
  let place: String
  private let members: [JSONMember]

  init(_ value: JSONValue, _ place: String) throws(KeystoreFailure) {
    guard let members = value.members else {
      throw .form("\(place) is \(value.kind), not an object")
    }
    var names: [String] = []
    for member in members {
      let name = member.name.lowercased()
      guard !names.contains(name) else {
        throw .form("\(place) has '\(Self.cut(name))' twice")
      }
      names.append(name)
    }
    self.place = place
    self.members = members
  }

  func has(_ name: String) -> Bool { find(name) != nil }

  func value(_ name: String) throws(KeystoreFailure) -> JSONValue {
    guard let value = find(name) else { throw .form("\(place) has no '\(name)'") }
    return value
  }

  func text(_ name: String) throws(KeystoreFailure) -> String {
    let value = try value(name)
    guard let text = value.string else {
      throw .form("\(place).\(name) is \(value.kind), not a string")
    }
    return text
  }

  func number(_ name: String) throws(KeystoreFailure) -> UInt128 {
    let value = try value(name)
    guard let number = value.whole else {
      throw .form("\(place).\(name) is \(Self.shown(value)), no whole number")
    }
    return number
  }

  func bytes(_ name: String, _ counts: ClosedRange<Int>) throws(KeystoreFailure) -> [UInt8] {
    let text = try text(name)
    let hasPrefix = text.hasPrefix("0x") || text.hasPrefix("0X")
    guard let bytes = Hex.bytes("0x" + (hasPrefix ? text.dropFirst(2) : text[...])) else {
      throw .form("\(place).\(name) is no even number of hex digits")
    }
    guard counts.contains(bytes.count) else {
      let wanted =
        counts.lowerBound == counts.upperBound
        ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
      throw .form("\(place).\(name) has \(bytes.count) bytes, not \(wanted)")
    }
    return bytes
  }

  private func find(_ name: String) -> JSONValue? {
    members.first { $0.name.lowercased() == name }?.value
  }

  /// A value as it may stand in a message.
  static func shown(_ value: JSONValue) -> String {
    switch value {
    case .number(let text): cut(text)
    case .string(let text): "'\(cut(text))'"
    default: value.kind
    }
  }

  private static func cut(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(40) {
      let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      result.unicodeScalars.append(isControl ? "?" : scalar)
    }
    return result
  }
}
