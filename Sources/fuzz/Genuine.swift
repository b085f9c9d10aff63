import Cryptography
import Economy
import EconomyFile
import Engine
import Glibc
import Interface
import Ledger
import Node
import Primitives
import Simulation
import Storage

/// Genuine data of a small network: what seeds are cut from, and what decoders are asked about.
enum Genuine {
  /// The folder of the sources that this program was built from.
  private static let root: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return parts.joined(separator: "/")
  }()

  /// A file of the repository; ends the program where it cannot be read.
  static func text(_ path: String) -> String {
    guard let bytes = InputFile.read("\(root)/\(path)") else {
      fatalError("\(root)/\(path) cannot be read: run this program beside its sources")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static let economies = (dta: text("economies/dta.json"), btt: text("economies/btt.json"))

  /// Twelve blocks of all modules, with keys that nobody else has.
  static let record: LifeRecord = {
    do throws(EconomyFileFailure) {
      return try LifeRecord(text: economies.dta, blocks: 12, seed: 7)
    } catch {
      fatalError("the economy file of the repository loads: \(error)")
    }
  }()

  static var transactions: [[UInt8]] {
    record.blocks.flatMap { $0.transactions.map(\.decoded.bytes) }
  }

  /// Small, so that a segment is a short input.
  static let segmentBytes: UInt64 = 16_384

  /// A network that has lived the record.
  struct Network: Sendable {
    let chain: Chain
    let disk: SimulatedDisk
    let log: BlockLog<SimulatedDisk>
  }

  /// The disk of a network as a clean stop leaves it, with a checkpoint of the head.
  static let network: Network = live(record.blocks.count)

  static func live(_ blocks: Int) -> Network {
    let chain = Chain(genesis: record.genesis, secret: HashSecret(1, 2))
    let disk = SimulatedDisk()
    do {
      try Recovery.create(chain, disk: disk, segmentBytes: segmentBytes, salt: 3)
      var machine = try Recovery.open(
        chain, disk: disk, segmentBytes: segmentBytes, salt: 3
      ) { _ in }
      for block in record.blocks.prefix(blocks) {
        try machine.reserve(block.transactions)
        try machine.makeBlock(block.transactions, time: block.time)
      }
      _ = try machine.writeCheckpoint()
      try machine.close()
      let origin = BlockLog<SimulatedDisk>.origin(chain)
      guard let signer = NoteSigner(name: origin, seed: [UInt8](repeating: 9, count: 32)) else {
        fatalError("the origin is a key's name")
      }
      let log = BlockLog(chain, disk: disk, signer: signer) { _ in }
      try log.update()
      return Network(chain: chain, disk: disk, log: log)
    } catch {
      fatalError("a quiet disk takes every block: \(error)")
    }
  }

  /// An index of the first three blocks, in a file.
  private static let index: TransactionIndex = {
    let disk = RealDisk(folder: Scratch.folder)
    let index = TransactionIndex(live(3).chain, disk: disk) { _ in }
    index.start()
    while index.lag > 0 { usleep(1_000) }
    return index
  }()

  /// The router of a network of its own that has lived three blocks.
  static func router() -> Router {
    let network = live(3)
    let log = network.log
    return Router(
      network.chain,
      Configuration(
        version: "1", clientVersion: "Freehold/1/test", development: nil,
        log: LogAccess(
          key: log.key.text, origin: BlockLog<SimulatedDisk>.origin(network.chain),
          file: { network.disk.contents("tiles/\($0)") },
          inclusion: { (height) throws(TileFailure) in try log.inclusion(of: height) }),
        archive: index.blocks))
  }

  /// Proofs of a balance, a grant, a position and a receipt, as far as the network has them.
  static let proofs: [[UInt8]] = {
    let log = network.log
    let maker = ProofMaker(network.chain) { (height) throws(TileFailure) in
      try log.inclusion(of: height)
    }
    var subjects: [ProofSubject] = [.grant(1), .position(1)]
    if let one = record.blocks.flatMap({ $0.transactions }).first {
      subjects += [.balance(one.sender), .receipt(one.hash)]
    }
    return subjects.compactMap { try? maker.proof(of: $0) }
  }()
}

/// A folder for what cannot be simulated, gone with the process.
enum Scratch {
  static let folder: String = {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var name = Array("\(parent)/fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { fatalError("no folder can be made in \(parent)") }
    atexit { Scratch.remove(Scratch.folder) }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  private static func remove(_ folder: String) {
    for path in InputFile.list(folder) ?? [] where unlink(path) != 0 && errno == EISDIR {
      remove(path)
    }
    rmdir(folder)
  }
}

/// Files of inputs.
enum InputFile {
  static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes += buffer[0..<count]
    }
    return ferror(file) == 0 ? bytes : nil
  }

  static func write(_ path: String, _ bytes: [UInt8]) -> Bool {
    guard let file = fopen(path, "wb") else { return false }
    let count = fwrite(bytes, 1, bytes.count, file)
    return fclose(file) == 0 && count == bytes.count
  }

  /// The files of a folder by name, or the file itself; nil where there is neither.
  static func list(_ path: String) -> [String]? {
    guard let folder = opendir(path) else { return access(path, R_OK) == 0 ? [path] : nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append("\(path)/\(name)") }
    }
    return names.sorted()
  }
}
