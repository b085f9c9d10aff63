import Arguments
import Cryptography
import Glibc
import Interface
import Primitives

/// Who signs a transaction: a development account, or a key in a file that nobody else can read.
enum Signer {
  static let options = [
    Option(
      "from", .text, "ACCOUNT",
      help: "A development account, by its index 0 to 9 or its address; 0 if nothing is said."),
    Option(
      "key-file", .path, "FILE",
      help: "A file of mode 0600 with a key of 64 hex digits. Keys are never arguments."),
  ]

  static func key(_ match: Match, _ network: NetworkFacts) throws(ClientFailure) -> PrivateKey {
    if let path = match.text("key-file") {
      let key = try read(path)
      if let from = match.text("from"), Address(text: from) != key.address {
        throw .usage(
          "--from is not the account of --key-file, which is \(key.address.checksummed): leave"
            + " --from out")
      }
      return key
    }
    guard !network.development.isEmpty else {
      throw .usage("this is no development network: give --key-file FILE with the sender's key")
    }
    let from = match.text("from") ?? "0"
    let account: NetworkFacts.DevelopmentAccount?
    if let index = Int(from), from.utf8.count <= 2 {
      account = network.development.indices.contains(index) ? network.development[index] : nil
    } else {
      let address = Address(text: from) ?? network.vocabulary.address(from)
      account = network.development.first { $0.address == address }
    }
    guard let account, let key = PrivateKey(account.key) else {
      throw .usage(
        "--from '\(from)' is no development account: give an index of 0 to"
          + " \(network.development.count - 1) or an address of GET /network, or --key-file FILE")
    }
    return key
  }

  private static func read(_ path: String) throws(ClientFailure) -> PrivateKey {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw .usage("\(path): \(String(cString: strerror(errno))): give the path of a key file")
    }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw .usage("\(path) is no file: give the path of a key file")
    }
    guard facts.st_mode & 0o077 == 0 else {
      throw .usage("\(path) can be read by others: run chmod 600 \(path)")
    }
    var bytes = [UInt8](repeating: 0, count: 128)
    defer { wipe(&bytes) }
    let count = Glibc.read(file, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    let digits = text.split { $0 == "\n" || $0 == "\r" || $0 == " " }
    guard digits.count == 1, let word = digits.first,
      var secret = Hex.bytes(word.hasPrefix("0x") ? String(word) : "0x" + word)
    else { throw .usage("\(path) holds no key: write 64 hex digits and nothing else") }
    defer { wipe(&secret) }
    guard let key = PrivateKey(secret) else {
      throw .usage("\(path) holds no key: 64 hex digits of a number below the curve's order")
    }
    return key
  }

  private static func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { buffer in
      if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    }
  }
}
