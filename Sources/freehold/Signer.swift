import Arguments
import Cryptography
import Interface
import Primitives

/// Who signs a transaction: a key of one's own folder, a development account, or a key in a file
/// that nobody else can read.
struct Signer {
  let address: Address
  /// The key; asks for its password where it has one, so that nobody types it for nothing.
  let unlock: () throws(ClientFailure) -> PrivateKey

  static let options =
    [
      Option(
        "from", .text, "ACCOUNT",
        help: "A name or address of freehold keys list, or a development account by its index 0 "
          + "to 9 or its address; on a development network 0 if nothing is said."),
      Option(
        "key-file", .path, "FILE",
        help: "A file of mode 0600 with a key of 64 hex digits. Keys are never arguments."),
    ] + PasswordSource.options

  init(_ match: Match, _ network: NetworkFacts) throws(ClientFailure) {
    if let path = match.text("key-file") {
      let key = try KeyMaking.fileKey(path)
      if let from = match.text("from"), Address(text: from) != key.address {
        throw .usage(
          "--from is not the account of --key-file, which is \(key.address.checksummed): leave"
            + " --from out")
      }
      self.init(key)
    } else if let from = match.text("from"), let entry = try KeyFolder(match).find(from),
      let address = entry.store.address
    {
      self.init(address) { () throws(ClientFailure) in
        let password = try PasswordSource.existing(match, "password of \(address.checksummed)")
        Terminal.progress("decrypting the key of \(address.checksummed)")
        defer { Terminal.progressEnds() }
        return try KeyFolder.open(entry, password)
      }
    } else {
      self.init(try Self.development(match.text("from"), network))
    }
  }

  private init(_ key: PrivateKey) { self.init(key.address) { key } }

  private init(_ address: Address, unlock: @escaping () throws(ClientFailure) -> PrivateKey) {
    self.address = address
    self.unlock = unlock
  }

  private static func development(
    _ from: String?, _ network: NetworkFacts
  ) throws(ClientFailure) -> PrivateKey {
    guard !network.development.isEmpty else {
      let who = from.map { "no key of '\($0)' is there and this" } ?? "this"
      throw .usage(
        "\(who) is no development network: give --from with an account of freehold keys list, or"
          + " --key-file FILE with the sender's key")
    }
    let from = from ?? "0"
    let account: NetworkFacts.DevelopmentAccount?
    if let index = Int(from), from.utf8.count <= 2 {
      account = network.development.indices.contains(index) ? network.development[index] : nil
    } else {
      let address = Address(text: from) ?? network.vocabulary.address(from)
      account = network.development.first { $0.address == address }
    }
    guard let account, let key = PrivateKey(account.key) else {
      throw .usage(
        "--from '\(from)' is no development account and no key of one's own: give an index of 0 to"
          + " \(network.development.count - 1), an address of GET /network or an account of"
          + " freehold keys list, or --key-file FILE")
    }
    return key
  }
}
