import Arguments
import Cryptography
import Glibc
import Interface
import Node
import Primitives

/// A person's keys: a folder of keystore files, named and laid out as geth does, and the file
/// `names.json` with the names of accounts.
struct KeyFolder {
  static let option = Option(
    "keys", .path, "DIR",
    help: "The folder of keystores; freehold/keys of the user's data folder if none.",
    environment: .top)

  /// A keystore of the folder.
  struct Entry {
    let path: String
    let store: Keystore
  }

  private static let namesFile = "names.json"

  let path: String

  init(_ match: Match) { path = match.text("keys") ?? UserFolders.keys }

  // Reading

  /// The names; none where there is no file yet.
  func book() throws(ClientFailure) -> AddressBook {
    let place = "\(path)/\(Self.namesFile)"
    guard let bytes = Self.contents(place, limit: 1 << 20) else {
      if errno == ENOENT || errno == ENOTDIR { return AddressBook() }
      throw .malformed("\(place): \(PrivateFile.reason())")
    }
    do throws(TextFailure) {
      return try AddressBook(json: bytes)
    } catch {
      throw .malformed("\(place): \(error.description)")
    }
  }

  /// The keystores in the order of their file names, which is that of their making, and the names
  /// of files that are none.
  func entries() throws(ClientFailure) -> (stores: [Entry], others: [String]) {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return ([], []) }
      throw .malformed("\(path): \(PrivateFile.reason()): give a folder with --keys")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let isPassedOver = name.hasPrefix(".") || name.hasSuffix("~") || name == Self.namesFile
      if !isPassedOver { names.append(name) }
    }
    var stores: [Entry] = []
    var others: [String] = []
    for name in names.sorted() {
      let place = "\(path)/\(name)"
      if let bytes = Self.contents(place, limit: Keystore.maximumDocumentBytes),
        let store = try? Keystore(json: bytes), store.address != nil
      {
        stores.append(Entry(path: place, store: store))
      } else {
        others.append(name)
      }
    }
    return (stores, others)
  }

  /// The keystore of a name or address; the newest where an account has several.
  func find(_ text: String) throws(ClientFailure) -> Entry? {
    guard let address = try book().address(text) ?? Address(text: text) else { return nil }
    return try entries().stores.last { $0.store.address == address }
  }

  /// As `find`, with the words that tell of its absence.
  func require(_ text: String) throws(ClientFailure) -> Entry {
    if let entry = try find(text) { return entry }
    throw .absent(
      "no key of '\(text)' is in \(path): give a name or address of freehold keys list")
  }

  /// Decrypts a key; the file must be private.
  static func open(_ entry: Entry, _ password: Password) throws(ClientFailure) -> PrivateKey {
    // Read again, so that what is opened is what was found private.
    let bytes = try PrivateFile.read(
      entry.path, limit: Keystore.maximumDocumentBytes, "a keystore file")
    do throws(KeystoreFailure) {
      return try Keystore(json: bytes).open(password)
    } catch {
      throw .malformed("\(entry.path): \(error.description)")
    }
  }

  // Writing

  /// Adds a keystore, and a name for it where one is wanted; returns the file's path.
  func add(_ store: Keystore, name: String?) throws(ClientFailure) -> String {
    try make()
    guard let address = store.address else { throw .malformed("the keystore has no address") }
    let place = "\(path)/\(Self.fileName(address))"
    return try withLock { (folder) throws(ClientFailure) in
      if let name, try folder.book().address(name) != nil {
        throw .usage("the name '\(name)' is taken: choose another, or forget it first")
      }
      try PrivateFile.create(place, store.json)
      if let name {
        try folder.change { (book) throws(TextFailure) in try book.set(name, address) }
      }
      return place
    }
  }

  /// Puts a keystore in the place of another of the same account.
  func replace(_ entry: Entry, with store: Keystore) throws(ClientFailure) -> String {
    let place = try add(store, name: nil)
    guard unlink(entry.path) == 0 else {
      throw .malformed("\(entry.path): \(PrivateFile.reason()): the old file is still there")
    }
    return place
  }

  /// Gives a name to an address, one's own or another's.
  func name(_ address: Address, _ name: String) throws(ClientFailure) {
    try make()
    try withLock { (folder) throws(ClientFailure) in
      try folder.change { (book) throws(TextFailure) in try book.set(name, address) }
    }
  }

  /// Takes a name away; false where nobody has it.
  func forget(_ name: String) throws(ClientFailure) -> Bool {
    guard try book().address(name) != nil else { return false }
    return try withLock { (folder) throws(ClientFailure) in
      var isDone = false
      try folder.change { (book) in isDone = book.remove(name) }
      return isDone
    }
  }

  private func change(
    _ body: (inout AddressBook) throws(TextFailure) -> Void
  ) throws(ClientFailure) {
    var book = try book()
    do throws(TextFailure) {
      try body(&book)
    } catch {
      throw .usage(error.description)
    }
    let place = "\(path)/\(Self.namesFile)"
    unlink(place + ".new")
    try PrivateFile.create(place + ".new", book.json)
    guard rename(place + ".new", place) == 0 else {
      throw .malformed("\(place): \(PrivateFile.reason())")
    }
  }

  /// The folder and those above it, for the owner alone.
  private func make() throws(ClientFailure) {
    var place = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      place += "/" + part
      if mkdir(place, 0o700) != 0 && errno != EEXIST {
        throw .malformed("\(place): \(PrivateFile.reason()): give another folder with --keys")
      }
    }
  }

  /// One process at a time changes the folder.
  private func withLock<Result>(
    _ body: (KeyFolder) throws(ClientFailure) -> Result
  ) throws(ClientFailure) -> Result {
    let folder = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0, flock(folder, LOCK_EX) == 0 else {
      throw .malformed("\(path): \(PrivateFile.reason())")
    }
    defer { close(folder) }
    return try body(self)
  }

  /// Geth's name of a keystore file: when it was made, and whose it is.
  private static func fileName(_ address: Address) -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let calendar = CalendarTime.text(LogicalTime(UInt64(now.tv_sec))).dropLast()
    let time = calendar.replacing(":", with: "-")
    let digits = String(now.tv_nsec)
    let fraction = String(repeating: "0", count: 9 - digits.count) + digits
    return "UTC--\(time).\(fraction)Z--\(Hex.text(address.bytes).dropFirst(2))"
  }

  /// A file's bytes; nil, with errno, where they cannot be read or are too many.
  private static func contents(_ path: String, limit: Int) -> [UInt8]? {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return try? PrivateFile.read(file, path, limit: limit)
  }
}
