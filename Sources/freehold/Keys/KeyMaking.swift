import Arguments
import Cryptography
import Economy
import Interface
import Primitives

/// `freehold keys new` and `freehold keys import`.
enum KeyMaking {
  static func new(_ match: Match) throws(ClientFailure) {
    let name = try name(match)
    guard let key = PrivateKey.random() else {
      throw .malformed("the system gives no random bytes: see whether getrandom works")
    }
    try keep(key, name, match)
  }

  static func take(_ match: Match) throws(ClientFailure) {
    let sources = ["key-file", "keystore", "phrase-file"].filter { match.text($0) != nil }
    guard sources.count <= 1 else {
      let names = sources.map { "--\($0)" }.joined(separator: " and ")
      throw .usage("\(names) are given together: leave all but one out")
    }
    let name = try name(match)
    let key: PrivateKey
    switch sources.first {
    case "key-file": key = try fileKey(match.text("key-file") ?? "")
    case "keystore": key = try storedKey(match)
    case "phrase-file":
      let number = UInt32(match.number("index") ?? 0)
      guard let account = try PhraseCommand.root(match).account(number) else {
        throw .malformed("the phrase has no account \(number): take another --index")
      }
      key = account
    default:
      var digits = try Prompt.secret("private key: ", instead: "--key-file FILE")
      defer { PrivateFile.wipe(&digits) }
      guard let typed = self.key(digits) else { throw .usage("that is no key of 64 hex digits") }
      key = typed
    }
    try keep(key, name, match)
  }

  /// The key of a private file with 64 hex digits.
  static func fileKey(_ path: String) throws(ClientFailure) -> PrivateKey {
    var bytes = try PrivateFile.read(path, limit: 128, "a key file")
    defer { PrivateFile.wipe(&bytes) }
    guard let key = key(bytes) else {
      throw .usage(
        "\(path) holds no key: write 64 hex digits, of a number below the curve's order, and"
          + " nothing else")
    }
    return key
  }

  /// The name that the command gives, free of other meanings; nil where it gives none.
  static func name(_ match: Match) throws(ClientFailure) -> String? {
    guard let name = match.text("NAME") else { return nil }
    guard AddressBook.isName(name) else {
      throw .usage(
        "'\(name)' cannot be a name: write a letter, then letters, digits, '-', '_' or '.', 64 at"
          + " most")
    }
    guard !Registry.modules.contains(where: { $0.name == name }) else {
      throw .usage("'\(name)' is the name of a module: choose another")
    }
    return name
  }

  private static func keep(
    _ key: PrivateKey, _ name: String?, _ match: Match
  ) throws(ClientFailure) {
    let folder = KeyFolder(match)
    if let name, try folder.book().address(name) != nil {
      throw .usage("the name '\(name)' is taken: choose another, or forget it first")
    }
    if let entry = try folder.find(key.address.checksummed) {
      throw .usage(
        "the account is in the folder already, as \(entry.path): use it, or move that file away")
    }
    let password = try PasswordSource.new(match, "new password of \(key.address.checksummed)")
    let path = try folder.add(try seal(key, password, match), name: name)
    var rows = [("address", key.address.checksummed)]
    if let name { rows.append(("name", name)) }
    Terminal.facts(rows + [("file", path)], json: match.wantsJSON)
  }

  /// The key under a password, at the cost that the command asks for.
  static func seal(
    _ key: PrivateKey, _ password: Password, _ match: Match
  ) throws(ClientFailure) -> Keystore {
    Terminal.progress("encrypting the key")
    defer { Terminal.progressEnds() }
    do throws(KeystoreFailure) {
      return try Keystore(
        key, password: password, derivation: match.flag("light") ? .light : .standard)
    } catch {
      throw .malformed(error.description)
    }
  }

  private static func storedKey(_ match: Match) throws(ClientFailure) -> PrivateKey {
    let path = match.text("keystore") ?? ""
    let bytes = try PrivateFile.read(
      path, limit: Keystore.maximumDocumentBytes, "a keystore file")
    do throws(KeystoreFailure) {
      _ = try Keystore(json: bytes)
    } catch {
      throw .malformed("\(path): \(error.description)")
    }
    let password = try PasswordSource.existing(
      match, "password of \(path)", options: "old-password")
    do throws(KeystoreFailure) {
      return try Keystore(json: bytes).open(password)
    } catch {
      throw .malformed("\(path): \(error.description)")
    }
  }

  /// The key that digits write, with or without 0x and white space around them. Without a text in
  /// between, which nobody could wipe.
  static func key(_ bytes: [UInt8]) -> PrivateKey? {
    var (start, end) = (0, bytes.count)
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while start < end, bytes[end - 1] <= 0x20 { end -= 1 }
    if bytes[start..<end].starts(with: [0x30, 0x78]) { start += 2 }
    guard end - start == 64 else { return nil }
    var secret = [UInt8](repeating: 0, count: 32)
    defer { PrivateFile.wipe(&secret) }
    for (place, digit) in bytes[start..<end].enumerated() {
      let value: UInt8
      switch digit {
      case 0x30...0x39: value = digit - 0x30
      case 0x41...0x46: value = digit - 0x37
      case 0x61...0x66: value = digit - 0x57
      default: return nil
      }
      secret[place / 2] = secret[place / 2] << 4 | value
    }
    return PrivateKey(secret)
  }
}
