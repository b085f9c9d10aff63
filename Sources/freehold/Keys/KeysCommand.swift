import Arguments
import Cryptography
import Interface
import Primitives

/// `freehold keys`: the keys of a person, encrypted in files that other wallets read too.
enum KeysCommand {
  private static let account = Positional(
    "ACCOUNT", .text, help: "A name or an address of the folder.")
  private static let newName = Positional(
    "NAME", .text, help: "How the account is called in commands, such as alice.",
    arity: .optional)
  private static let light = Option(
    "light", .flag,
    help: "Spend 4 MiB on the password instead of 256 MiB: quicker, and easier to guess.")
  private static let passphrase = Option(
    "passphrase-file", .path, "FILE",
    help: "A file of mode 0600 with the phrase's passphrase in its one line.")

  static let row = Command(
    group: "keys", summary: "Make, import and use keys of one's own.",
    discussion: """
      Keys are keystore files of version 3, which geth, MetaMask and eth-account read and write. \
      Passwords come from the terminal, a private file or a descriptor, never from the command \
      line or the environment.
      """,
    example: "freehold keys new alice",
    subcommands: [
      Command(
        "new", summary: "Make a key and keep it under a password.",
        options: [KeyFolder.option] + PasswordSource.options + [light],
        positionals: [newName], example: "freehold keys new alice"),
      importing,
      Command(
        "list", summary: "List keys and names.", options: [KeyFolder.option], isList: true,
        example: "freehold keys list -o csv"),
      Command(
        "show", summary: "Show what is known of an account, without its key.",
        options: [KeyFolder.option], positionals: [account], example: "freehold keys show alice"),
      Command(
        "export", summary: "Decrypt a key into a file of mode 0600 that is not there yet.",
        discussion:
          "The file holds the key in plain hex digits: whoever reads it owns the account.",
        options: [KeyFolder.option] + PasswordSource.options + [
          Option("to", .path, "FILE", help: "The file to make.", isRequired: true)
        ],
        positionals: [account], example: "freehold keys export alice --to alice.key"),
      Command(
        "change-password", summary: "Put a key under another password.",
        options: [KeyFolder.option] + PasswordSource.options + [
          Option(
            "new-password-file", .path, "FILE",
            help: "The new password; asked for at the terminal if none."), light,
        ],
        positionals: [account], example: "freehold keys change-password alice"),
      Command(
        "name", summary: "Give a name to an address, one's own or another's.",
        options: [KeyFolder.option],
        positionals: [
          Positional("NAME", .text, help: "The name."),
          Positional("ADDRESS", .address, help: "Whose it is."),
        ], example: "freehold keys name bob 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
      Command(
        "forget", summary: "Take a name away; keys stay.", options: [KeyFolder.option],
        positionals: [Positional("NAME", .text, help: "The name.")],
        example: "freehold keys forget bob"),
      Command(
        "sign-message", summary: "Sign a message as wallets do (EIP-191).",
        options: [KeyFolder.option] + PasswordSource.options,
        positionals: [account, Positional("MESSAGE", .text, help: "The text to sign.")],
        example: "freehold keys sign-message alice 'it is me'"),
      phrases,
    ])

  private static let importing = Command(
    "import", summary: "Take over a key from another wallet.",
    discussion: """
      Exactly one of --key-file, --keystore and --phrase-file says where the key is; with none of \
      them the key's hex digits are asked for at the terminal, without echo.
      """,
    options: [KeyFolder.option] + PasswordSource.options + [
      light,
      Option("key-file", .path, "FILE", help: "A file of mode 0600 with 64 hex digits."),
      Option("keystore", .path, "FILE", help: "A keystore of version 3 of mode 0600."),
      Option(
        "old-password-file", .path, "FILE",
        help: "The password of --keystore; asked for at the terminal if none."),
      Option("phrase-file", .path, "FILE", help: "A file of mode 0600 with 12 to 24 words."),
      passphrase,
      Option(
        "index", .number(0...0x7fff_ffff), "N",
        help: "Which account of the phrase: the last number of m/44'/60'/0'/0/N.",
        defaultValue: "0"),
    ],
    positionals: [newName], example: "freehold keys import alice --key-file alice.key")

  private static let phrases = Command(
    group: "phrase", summary: "Make or check the words behind keys (BIP-39).",
    example: "freehold keys phrase new --words 24 --to phrase",
    subcommands: [
      Command(
        "new", summary: "Make a phrase, and show it at the terminal or write it to a file.",
        options: [
          Option(
            "words", .choice(Mnemonic.lengths.map(String.init)), "N", help: "How many words.",
            defaultValue: "24"),
          Option(
            "to", .path, "FILE", help: "A file to make, of mode 0600; the terminal if none."),
        ], example: "freehold keys phrase new --words 24 --to phrase"),
      Command(
        "check", summary: "Check a phrase's words and checksum, and show its first accounts.",
        options: [
          Option(
            "phrase-file", .path, "FILE",
            help: "A file of mode 0600; asked for at the terminal if none."),
          passphrase,
        ], isList: true, example: "freehold keys phrase check --phrase-file phrase"),
    ])

  static func run(_ match: Match) -> ExitCode {
    do throws(ClientFailure) {
      switch match.path.dropFirst().joined(separator: " ") {
      case "new": try KeyMaking.new(match)
      case "import": try KeyMaking.take(match)
      case "list": try list(match)
      case "show": try show(match)
      case "export": try export(match)
      case "change-password": try changePassword(match)
      case "name": try name(match)
      case "forget": try forget(match)
      case "sign-message": try sign(match)
      case "phrase new": try PhraseCommand.new(match)
      default: try PhraseCommand.check(match)
      }
      return .success
    } catch {
      return DeclaredCommands.fail(error, nil, nil, json: match.wantsJSON)
    }
  }

  private static func list(_ match: Match) throws(ClientFailure) {
    let folder = KeyFolder(match)
    let (stores, others) = try folder.entries()
    let book = try folder.book()
    var listing = Listing(["name", "address", "kind", "file"])
    for entry in stores {
      guard let address = entry.store.address else { continue }
      listing.append([book.name(address) ?? "", address.checksummed, "key", entry.path])
    }
    for name in book.names where !stores.contains(where: { $0.store.address == name.address }) {
      listing.append([name.name, name.address.checksummed, "name", ""])
    }
    Terminal.list(listing, as: match.output, under: "keys")
    for name in others {
      Terminal.complain("note: \(folder.path)/\(name) is no keystore with an address")
    }
  }

  private static func show(_ match: Match) throws(ClientFailure) {
    let folder = KeyFolder(match)
    let text = match.text("ACCOUNT") ?? ""
    let entry = try folder.require(text)
    var rows = [("address", entry.store.address?.checksummed ?? "")]
    rows.append(
      (
        "names",
        try folder.book().names.filter { $0.address == entry.store.address }
          .map(\.name).joined(separator: ", ")
      ))
    rows.append(("file", entry.path))
    rows.append(("id", entry.store.id ?? ""))
    switch entry.store.derivation {
    case .scrypt(let n, let r, let p): rows.append(("password", "scrypt, n \(n), r \(r), p \(p)"))
    case .pbkdf2(let rounds): rows.append(("password", "pbkdf2, \(rounds) rounds"))
    }
    Terminal.facts(rows, json: match.wantsJSON)
  }

  private static func export(_ match: Match) throws(ClientFailure) {
    let entry = try KeyFolder(match).require(match.text("ACCOUNT") ?? "")
    let address = entry.store.address?.checksummed ?? ""
    let password = try PasswordSource.existing(match, "password of \(address)")
    var secret = try KeyFolder.open(entry, password).exportSecret()
    defer { PrivateFile.wipe(&secret) }
    var text: [UInt8] = []
    text.reserveCapacity(67)
    Hex.append(secret, to: &text)
    text.append(0x0a)
    defer { PrivateFile.wipe(&text) }
    let path = match.text("to") ?? ""
    try PrivateFile.create(path, text)
    Terminal.facts([("address", address), ("file", path)], json: match.wantsJSON)
  }

  private static func changePassword(_ match: Match) throws(ClientFailure) {
    let folder = KeyFolder(match)
    let entry = try folder.require(match.text("ACCOUNT") ?? "")
    let address = entry.store.address?.checksummed ?? ""
    let password = try PasswordSource.existing(match, "password of \(address)")
    let key = try KeyFolder.open(entry, password)
    let new = try PasswordSource.new(match, "new password", options: "new-password")
    let path = try folder.replace(entry, with: try KeyMaking.seal(key, new, match))
    Terminal.facts([("address", address), ("file", path)], json: match.wantsJSON)
  }

  private static func name(_ match: Match) throws(ClientFailure) {
    let name = try KeyMaking.name(match)
    guard let name, let address = match.text("ADDRESS").flatMap({ Address(text: $0) }) else {
      throw .usage("ADDRESS has a wrong checksum (EIP-55): check every character")
    }
    try KeyFolder(match).name(address, name)
    Terminal.facts([("name", name), ("address", address.checksummed)], json: match.wantsJSON)
  }

  private static func forget(_ match: Match) throws(ClientFailure) {
    let name = match.text("NAME") ?? ""
    guard try KeyFolder(match).forget(name) else {
      throw .absent("nobody is called '\(name)': see freehold keys list")
    }
    Terminal.facts([("forgotten", name)], json: match.wantsJSON)
  }

  private static func sign(_ match: Match) throws(ClientFailure) {
    let entry = try KeyFolder(match).require(match.text("ACCOUNT") ?? "")
    let address = entry.store.address?.checksummed ?? ""
    let password = try PasswordSource.existing(match, "password of \(address)")
    let key = try KeyFolder.open(entry, password)
    let digest = PersonalMessage.digest(Array((match.text("MESSAGE") ?? "").utf8))
    let signature = Secp256k1.sign(digest, key)
    Terminal.facts(
      [("address", address), ("signature", Hex.text(signature.bytes))], json: match.wantsJSON)
  }
}
