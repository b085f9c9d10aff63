internal import Cryptography
public import Primitives
public import Storage

/// What a backup says of itself: `manifest.json`, written last.
public struct BackupManifest: Sendable, Equatable {
  public static let file = "manifest.json"
  static let format = "freehold-backup/1"
  /// Largest that is read, in bytes: about four million files.
  static let byteLimit: UInt64 = 1 << 30

  /// The program that made it.
  public let version: String
  /// The network's identity, the hash of limits and genesis.
  public let network: Digest
  /// The second, since 1970, at which it was begun.
  public let takenAt: UInt64
  /// The newest block in it.
  public let height: Height
  /// That block's hash.
  public let head: Digest
  /// The oldest block in it.
  public let journalBegins: Height
  /// Heights with a checkpoint, ascending.
  public let checkpoints: [Height]
  /// Whether it holds this node's secret keys.
  public let hasKeys: Bool
  /// Every file but the manifest.
  public let files: [BackupFile]

  /// Bytes of all files.
  public var byteCount: UInt64 { files.reduce(0) { $0 + $1.byteCount } }

  init(
    version: String, network: Digest, takenAt: UInt64, height: Height, head: Digest,
    journalBegins: Height, checkpoints: [Height], hasKeys: Bool, files: [BackupFile]
  ) {
    self.version = version
    self.network = network
    self.takenAt = takenAt
    self.height = height
    self.head = head
    self.journalBegins = journalBegins
    self.checkpoints = checkpoints
    self.hasKeys = hasKeys
    self.files = files
  }

  /// As it stands in the file, one line a file, so that it can be read and compared.
  public var json: [UInt8] {
    var text = "{\"format\":\"\(Self.format)\",\n"
    text += "\"version\":\(JSONValue.string(version).text),\n"
    text += "\"network\":\"\(Hex.text(network.bytes))\",\n"
    text += "\"takenAt\":\(takenAt),\n\"height\":\(height),\n"
    text += "\"head\":\"\(Hex.text(head.bytes))\",\n\"journalBegins\":\(journalBegins),\n"
    text += "\"checkpoints\":[\(checkpoints.map(String.init).joined(separator: ","))],\n"
    text += "\"keys\":\(hasKeys),\n\"files\":[\n"
    text += files.map(Self.line).joined(separator: ",\n")
    return Array((text + "\n]}\n").utf8)
  }

  private static func line(_ file: BackupFile) -> String {
    var writer = JSONWriter(capacity: 192)
    writer.beginObject()
    writer.name("name")
    writer.string(file.name)
    writer.name("bytes")
    writer.number(file.byteCount)
    writer.name("sha256")
    writer.string(String(Hex.text(file.digest.bytes).dropFirst(2)))
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Reads a manifest strictly; the text of a refusal names the member.
  public init(_ bytes: [UInt8]) throws(DataFolderFailure) {
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONParser.parse(bytes)
    } catch {
      throw Self.refusal("it is no JSON: \(error)")
    }
    guard document["format"] == .string(Self.format) else {
      throw Self.refusal("its format is not \(Self.format)")
    }
    guard case .string(let version) = document["version"], let keys = document["keys"]?.bool
    else { throw Self.refusal("/version or /keys is not there") }
    self.version = version
    hasKeys = keys
    network = try Self.digest(document, "network")
    head = try Self.digest(document, "head")
    takenAt = try Self.number(document["takenAt"], "takenAt")
    height = try Self.number(document["height"], "height")
    journalBegins = try Self.number(document["journalBegins"], "journalBegins")
    var checkpoints: [Height] = []
    for element in document["checkpoints"]?.elements ?? [] {
      checkpoints.append(try Self.number(element, "checkpoints"))
    }
    self.checkpoints = checkpoints
    var files: [BackupFile] = []
    for element in document["files"]?.elements ?? [] { files.append(try Self.file(element)) }
    guard !files.isEmpty, Set(files.map(\.name)).count == files.count else {
      throw Self.refusal("/files is empty or names a file twice")
    }
    self.files = files
  }

  private static func file(_ element: JSONValue) throws(DataFolderFailure) -> BackupFile {
    guard case .string(let name) = element["name"], case .string(let hex) = element["sha256"],
      let bytes = Hex.bytes("0x" + hex), let digest = Digest(bytes)
    else { throw refusal("an entry of /files has no name or no sha256") }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    // A manifest may come from anywhere: no name may lead out of the folder.
    guard name.utf8.count <= 512, !name.utf8.contains(0), name != Self.file,
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else { throw refusal("\"\(name.prefix(128))\" is no name of a file in a data folder") }
    return BackupFile(name: name, byteCount: try number(element["bytes"], name), digest: digest)
  }

  private static func number(
    _ value: JSONValue?, _ name: String
  ) throws(DataFolderFailure) -> UInt64 {
    guard let number = value?.whole.flatMap({ UInt64(exactly: $0) }) else {
      throw refusal("/\(name) is no whole number")
    }
    return number
  }

  private static func digest(
    _ document: JSONValue, _ name: String
  ) throws(DataFolderFailure) -> Digest {
    guard case .string(let text) = document[name], let bytes = Hex.bytes(text),
      let digest = Digest(bytes)
    else { throw refusal("/\(name) is no 32 bytes") }
    return digest
  }

  private static func refusal(_ reason: String) -> DataFolderFailure {
    DataFolderFailure("\(file) is no backup's manifest: \(reason): use another backup")
  }
}
