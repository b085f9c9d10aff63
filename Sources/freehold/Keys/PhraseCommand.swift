import Arguments
import Cryptography
import Primitives

/// `freehold keys phrase`: the words behind keys. They are secrets: a file or the terminal sees
/// them, and nothing else.
enum PhraseCommand {
  static func new(_ match: Match) throws(ClientFailure) {
    let count = match.text("words").flatMap { Int($0) } ?? 24
    guard var phrase = Mnemonic.random(wordCount: count) else {
      throw .malformed("the system gives no random bytes: see whether getrandom works")
    }
    // There is room for it: nothing is copied.
    phrase.append(0x0a)
    defer { PrivateFile.wipe(&phrase) }
    if let path = match.text("to") {
      try PrivateFile.create(path, phrase)
      return Terminal.facts([("words", "\(count)"), ("file", path)], json: match.wantsJSON)
    }
    guard Prompt.show(phrase) else {
      throw .usage("there is no terminal to show the phrase at: give --to FILE")
    }
    Terminal.facts([("words", "\(count)"), ("shown", "at the terminal")], json: match.wantsJSON)
  }

  static func check(_ match: Match) throws(ClientFailure) {
    let root = try root(match)
    var listing = Listing(["index", "path", "address"])
    for index in 0..<5 as Range<UInt32> {
      guard let key = root.account(index) else { continue }
      listing.append(["\(index)", "m/44'/60'/0'/0/\(index)", key.address.checksummed])
    }
    Terminal.list(listing, as: match.output, under: "accounts")
  }

  /// The master key of the phrase that the command names, all of whose words are right.
  static func root(_ match: Match) throws(ClientFailure) -> HDKey {
    var phrase: [UInt8]
    if let path = match.text("phrase-file") {
      phrase = try PrivateFile.read(path, limit: 1_024, "a file with a phrase")
    } else {
      phrase = try Prompt.secret("phrase: ", instead: "--phrase-file FILE")
    }
    defer { PrivateFile.wipe(&phrase) }
    do throws(Mnemonic.Problem) {
      var entropy = try Mnemonic.entropy(of: phrase)
      PrivateFile.wipe(&entropy)
    } catch {
      throw .usage(text(error))
    }
    // The seed is that of small letters.
    for place in phrase.indices where (0x41...0x5a).contains(phrase[place]) {
      phrase[place] |= 0x20
    }
    var passphrase = try PasswordSource.line(match, "passphrase-file") ?? []
    defer { PrivateFile.wipe(&passphrase) }
    guard var seed = Mnemonic.seed(phrase: phrase, passphrase: passphrase) else {
      throw .usage("the passphrase holds more than ASCII: this version takes ASCII alone")
    }
    defer { PrivateFile.wipe(&seed) }
    guard let root = HDKey(seed: seed) else { throw .malformed("the phrase has no master key") }
    return root
  }

  private static func text(_ problem: Mnemonic.Problem) -> String {
    switch problem {
    case .length(let count): "a phrase has 12, 15, 18, 21 or 24 words, this one has \(count)"
    case .unknownWord(let place):
      "word \(place) is not in BIP-39's English list: check its spelling"
    case .checksum:
      "the checksum is wrong: a word is another one, or two are exchanged; check each and its place"
    }
  }
}
