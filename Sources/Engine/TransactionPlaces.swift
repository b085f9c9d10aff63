internal import Ledger
internal import Primitives

/// Where each transaction of the recent blocks stands, by its hash: a ring in the order of the
/// chain beside an index into it, so that a block comes and goes without a dictionary's work for
/// each of its transactions.
struct TransactionPlaces: ~Copyable {
  private let secret: HashSecret
  private var index = KeyIndex()
  /// Height and place in the block, packed; a power of two of them.
  private var places: [UInt64]
  private var hashes: [UInt32]
  /// Where the oldest stands in the ring.
  private var start = 0
  private var count = 0

  /// - Parameter secret: random words of this process, so that nobody can choose hashes that meet.
  init(secret: HashSecret) {
    self.secret = secret
    places = Array(repeating: 0, count: 1_024)
    hashes = Array(repeating: 0, count: 1_024)
  }

  /// Keccak-256 is even already: eight of its bytes spread the keys as well as all thirty-two.
  private func key(_ hash: Digest) -> UInt32 { secret.hash(hash.w3) }

  private static let indexBits: UInt64 = 24

  private static func pack(_ height: Height, _ index: Int) -> UInt64 {
    height << indexBits | UInt64(index)
  }

  private static func unpack(_ place: UInt64) -> (height: Height, index: Int) {
    (place >> indexBits, Int(place & (1 << indexBits - 1)))
  }

  /// The place of a hash.
  /// - Parameter isSame: whether the transaction at a place has that hash.
  func find(
    _ hash: Digest, _ isSame: (Height, Int) -> Bool
  ) -> (height: Height, index: Int)? {
    let row = index.find(key(hash)) { row in
      let (height, index) = Self.unpack(places[row])
      return isSame(height, index)
    }
    return row.map { Self.unpack(places[$0]) }
  }

  /// Adds a block's transactions behind all others.
  mutating func append(_ block: Block) {
    makeRoom(block.transactions.count)
    for place in block.transactions.indices { set(start + count + place, block, place) }
    count += block.transactions.count
  }

  /// Adds a block's transactions before all others.
  mutating func prepend(_ block: Block) {
    makeRoom(block.transactions.count)
    start = (start - block.transactions.count) & (places.count - 1)
    for place in block.transactions.indices { set(start + place, block, place) }
    count += block.transactions.count
  }

  /// Takes the oldest block's transactions away.
  mutating func removeFirst(_ block: Block) {
    for place in block.transactions.indices {
      let row = (start + place) & (places.count - 1)
      index.remove(hashes[row], row: row)
    }
    start = (start + block.transactions.count) & (places.count - 1)
    count -= block.transactions.count
  }

  private mutating func set(_ position: Int, _ block: Block, _ place: Int) {
    let row = position & (places.count - 1)
    places[row] = Self.pack(block.height, place)
    hashes[row] = key(block.transactions[place].hash)
    index.insert(hashes[row], row: row)
  }

  private mutating func makeRoom(_ more: Int) {
    guard count + more > places.count else { return }
    var size = places.count
    while count + more > size { size *= 2 }
    var newPlaces = [UInt64](repeating: 0, count: size)
    var newHashes = [UInt32](repeating: 0, count: size)
    index = KeyIndex()
    index.reserve(size)
    for position in 0..<count {
      let old = (start + position) & (places.count - 1)
      newPlaces[position] = places[old]
      newHashes[position] = hashes[old]
      index.insert(hashes[old], row: position)
    }
    (places, hashes, start) = (newPlaces, newHashes, 0)
  }
}
